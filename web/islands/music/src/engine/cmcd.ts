/** What a media request says about the player (CTA-5004). No listener id is among it: `sid` lives as long as the page. */
export interface CmcdFacts {
  /** Encoded bit rate of the object, kbit/s. */
  br?: number;
  /** Buffer ahead of the playhead, ms. */
  bl?: number;
  /** The buffer ran dry since the last request. */
  bs?: boolean;
  /** Duration of the object, ms. */
  d?: number;
  /** Measured throughput, kbit/s. */
  mtp?: number;
  /** Streaming format: `h` HLS, `o` other. */
  sf: "h" | "o";
  /** Session of this page. */
  sid: string;
  /** Needed at once: starting, seeking or recovering. */
  su?: boolean;
  /** The highest bit rate on offer, kbit/s. */
  tb?: number;
  /** Object type: audio, or an initialisation segment. */
  ot: "a" | "i";
}

/** The facts by the header each belongs to; keys sorted, ms and kbit/s rounded as the standard asks. */
function partsOf(facts: CmcdFacts): Record<string, string[]> {
  const number = (key: string, value: number | undefined, step = 1) =>
    value === undefined ? [] : [`${key}=${Math.round(value / step) * step}`];
  return {
    "CMCD-Object": [...number("br", facts.br), ...number("d", facts.d), `ot=${facts.ot}`, ...number("tb", facts.tb)],
    "CMCD-Request": [...number("bl", facts.bl, 100), ...number("mtp", facts.mtp, 100), ...(facts.su ? ["su"] : [])],
    "CMCD-Session": [`sf=${facts.sf}`, `sid="${facts.sid}"`, "st=v"],
    "CMCD-Status": facts.bs ? ["bs"] : [],
  };
}

/** The url with the facts as the standard's query argument: for what cannot send headers, as a media element. */
export function withCmcd(url: string, facts: CmcdFacts): string {
  const parts = Object.values(partsOf(facts)).flat().sort();
  return `${url}${url.includes("?") ? "&" : "?"}CMCD=${encodeURIComponent(parts.join(","))}`;
}

/**
 * How to ask for the url with the facts: by headers at our own server, so that one segment is one address for the
 * browser's cache; by query elsewhere, where headers would cost another request first (CORS).
 */
export function cmcdRequest(url: string, facts: CmcdFacts): { url: string; headers: Record<string, string> } {
  if (new URL(url, location.href).origin !== location.origin) return { url: withCmcd(url, facts), headers: {} };
  const parts = Object.entries(partsOf(facts)).filter(([, keys]) => keys.length > 0);
  return { url, headers: Object.fromEntries(parts.map(([name, keys]) => [name, keys.join(",")])) };
}
