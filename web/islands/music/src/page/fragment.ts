/** What a fragment (`#…`) says; as it stands where it is not encoded rightly, for anybody can write an address. */
export function readFragment(hash: string): string {
  const text = hash.slice(1);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
