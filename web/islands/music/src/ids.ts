/** The bits that say "random": version 4 and the variant of RFC 9562. */
const VERSION = 6;
const VARIANT = 8;

/**
 * A random UUID. Not by `crypto.randomUUID`: browsers keep that from pages that came over plain HTTP from another
 * machine.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, index) => {
    const marked = index === VERSION ? (byte & 0x0f) | 0x40 : index === VARIANT ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, "0");
  });
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
