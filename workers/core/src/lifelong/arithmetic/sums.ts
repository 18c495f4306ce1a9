/*
 * Sums in the order NumPy and pandas add them. Ties of an arg-max and thresholds like "reached the level of before" are decided by
 * the last bit, so a different order gives another count of experiences. Sources: numpy/_core/src/umath/loops_utils.h.src
 * (pairwise sum) and pandas/_libs/groupby.pyx (group mean).
 */
const blockSize = 128;

/** NumPy's pairwise sum of values[start..end). */
export function pairwiseSum(values: Float64Array, start = 0, end = values.length): number {
  const count = end - start;
  if (count > blockSize) {
    let half = count >> 1;
    half -= half % 8;
    return pairwiseSum(values, start, start + half) + pairwiseSum(values, start + half, end);
  }
  if (count < 8) return addInOrder(values, start, end);
  const [s0, s1, s2, s3, s4, s5, s6, s7] = sumLanes(values, start, end);
  const lanes = s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
  let sum = lanes;
  for (let i = end - (count % 8); i < end; i++) sum += values[i] as number;
  return sum;
}

/** Mean of values[start..end); NaN for none. */
export function mean(values: Float64Array, start = 0, end = values.length): number {
  return pairwiseSum(values, start, end) / (end - start);
}

/** Mean of those that are numbers; NaN for none. */
export function nanMean(values: Float64Array): number {
  let count = 0;
  const zeroed = values.map((value) => {
    if (Number.isNaN(value)) return 0;
    count++;
    return value;
  });
  return pairwiseSum(zeroed) / count;
}

/** Sum of those that are numbers among values[0..end). */
export function nanSum(values: Float64Array, end: number): number {
  return pairwiseSum(
    values.subarray(0, end).map((value) => (Number.isNaN(value) ? 0 : value)),
    0,
    end,
  );
}

/** Mean of values[start..end) by Kahan's sum, as pandas' group-by does. */
export function compensatedMean(values: Float64Array, start: number, end: number): number {
  let sum = 0;
  let compensation = 0;
  for (let i = start; i < end; i++) {
    const corrected = (values[i] as number) - compensation;
    const next = sum + corrected;
    compensation = next - sum - corrected;
    if (Number.isNaN(compensation)) compensation = 0;
    sum = next;
  }
  return sum / (end - start);
}

/** Middle value, the mean of the two middle ones for an even count; NaN for none. */
export function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[half] as number;
  return ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

function addInOrder(values: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i] as number;
  return sum;
}

type Lanes = [number, number, number, number, number, number, number, number];

function sumLanes(values: Float64Array, start: number, end: number): Lanes {
  const at = (i: number): number => values[i] as number;
  let s0 = at(start);
  let s1 = at(start + 1);
  let s2 = at(start + 2);
  let s3 = at(start + 3);
  let s4 = at(start + 4);
  let s5 = at(start + 5);
  let s6 = at(start + 6);
  let s7 = at(start + 7);
  for (let i = start + 8; i + 8 <= end; i += 8) {
    s0 += at(i);
    s1 += at(i + 1);
    s2 += at(i + 2);
    s3 += at(i + 3);
    s4 += at(i + 4);
    s5 += at(i + 5);
    s6 += at(i + 6);
    s7 += at(i + 7);
  }
  return [s0, s1, s2, s3, s4, s5, s6, s7];
}
