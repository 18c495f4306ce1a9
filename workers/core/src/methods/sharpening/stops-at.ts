/**
 * Draws after which the likeliest text has surely been seen: the first k with k times the largest probability seen at least ln(2 / delta)
 * (appendix D). Undefined while it is not reached.
 */
export function stopsAt(probabilities: readonly number[], delta: number): number | undefined {
  const enough = Math.log(2 / delta);
  let largest = 0;
  for (const [i, probability] of probabilities.entries()) {
    largest = Math.max(largest, probability);
    if ((i + 1) * largest >= enough) return i + 1;
  }
  return undefined;
}
