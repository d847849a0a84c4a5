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

/** The url with the facts as the standard's query argument: keys sorted, ms and kbit/s rounded as it asks. */
export function withCmcd(url: string, facts: CmcdFacts): string {
  const parts: string[] = [];
  if (facts.bl !== undefined) parts.push(`bl=${roundTo(facts.bl, 100)}`);
  if (facts.br !== undefined) parts.push(`br=${Math.round(facts.br)}`);
  if (facts.bs) parts.push("bs");
  if (facts.d !== undefined) parts.push(`d=${Math.round(facts.d)}`);
  if (facts.mtp !== undefined) parts.push(`mtp=${roundTo(facts.mtp, 100)}`);
  parts.push(`ot=${facts.ot}`, `sf=${facts.sf}`, `sid="${facts.sid}"`, "st=v");
  if (facts.su) parts.push("su");
  if (facts.tb !== undefined) parts.push(`tb=${Math.round(facts.tb)}`);
  return `${url}${url.includes("?") ? "&" : "?"}CMCD=${encodeURIComponent(parts.join(","))}`;
}

function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step;
}
