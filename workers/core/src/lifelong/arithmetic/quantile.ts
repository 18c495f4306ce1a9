/** NumPy's default (linear) quantile of sorted values. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const a = sorted[below] as number;
  const b = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  const part = position - below;
  const step = b - a;
  return part >= 0.5 ? b - step * (1 - part) : a + step * part;
}
