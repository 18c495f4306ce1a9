/** Chance that a value of `high` is above one of `low`, ties half (Mann and Whitney). Undefined where a side is empty. */
export function areaUnderCurve(high: readonly number[], low: readonly number[]): number | undefined {
  if (high.length === 0 || low.length === 0) return undefined;
  const all = [...high.map((value) => ({ value, isHigh: true })), ...low.map((value) => ({ value, isHigh: false }))];
  const sorted = all.toSorted((a, b) => a.value - b.value);
  let rankSum = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    let highs = 0;
    while (end < sorted.length && sorted[end]?.value === sorted[start]?.value) {
      if (sorted[end]?.isHigh) highs += 1;
      end += 1;
    }
    rankSum += (highs * (start + end + 1)) / 2;
    start = end;
  }
  return (rankSum - (high.length * (high.length + 1)) / 2) / (high.length * low.length);
}
