/** A new list in random order (Fisher-Yates). `random` gives numbers from 0 up to, not including, 1. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1));
    const kept = mixed[last] as T;
    mixed[last] = mixed[chosen] as T;
    mixed[chosen] = kept;
  }
  return mixed;
}
