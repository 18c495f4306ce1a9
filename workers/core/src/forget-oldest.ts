/** Leaves at most `max` entries in a map that remembers: those put in first are forgotten first. */
export function forgetOldest(known: Map<unknown, unknown>, max: number): void {
  for (const [oldest] of known) {
    if (known.size <= max) return;
    known.delete(oldest);
  }
}
