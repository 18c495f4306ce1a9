/** From `low` to `high` by `step`, both in, without the drift of adding: 0.1 is 0.1. */
export function gridOf({ low, high, step }: { low: number; high: number; step: number }): number[] {
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => Number((low + i * step).toFixed(9)));
}
