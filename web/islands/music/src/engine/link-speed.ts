/** How one response came, as the browser's own timing has it. */
export interface ResponseTiming {
  /** Bytes that came over the link: 0 from the cache, a few hundred where nothing had changed. */
  transferSize: number;
  responseStart: number;
  responseEnd: number;
}

/** A smaller response is over before the link has shown what it can. */
const SAMPLE_MIN_BYTES = 16 * 1_024;
/** What comes in one burst was waiting somewhere: it says nothing of the link. */
const SAMPLE_MIN_MS = 20;

/** Bits per second of the link that a page came over, from its largest response that says it, or null. */
export function linkSpeed(responses: ResponseTiming[]): number | null {
  const [largest] = responses
    .filter(
      ({ transferSize, responseStart, responseEnd }) =>
        // Another origin that does not tell its times gives 0.
        transferSize >= SAMPLE_MIN_BYTES && responseStart > 0 && responseEnd - responseStart >= SAMPLE_MIN_MS,
    )
    .sort((a, b) => b.transferSize - a.transferSize);
  return largest ? (largest.transferSize * 8_000) / (largest.responseEnd - largest.responseStart) : null;
}

/** The speed of the link that this page and its scripts came over, or null where they do not tell it. */
export function pageLinkSpeed(): number | null {
  const scripts = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"));
  return linkSpeed([...performance.getEntriesByType("navigation"), ...scripts] as PerformanceResourceTiming[]);
}
