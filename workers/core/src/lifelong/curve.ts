import { compensatedMean } from "./arithmetic/sums.ts";

/** Values over experiences, in order. */
export interface Curve {
  expNum: Float64Array;
  values: Float64Array;
}

export function slice({ expNum, values }: Curve, start: number, end: number): Curve {
  return { expNum: expNum.subarray(start, end), values: values.subarray(start, end) };
}

/** Rows of several stretches one after the other. */
export function join(curve: Curve, stretches: readonly { start: number; end: number }[]): Curve {
  const only = stretches[0];
  if (only && stretches.length === 1) return slice(curve, only.start, only.end);
  return {
    expNum: concat(stretches.map(({ start, end }) => curve.expNum.subarray(start, end))),
    values: concat(stretches.map(({ start, end }) => curve.values.subarray(start, end))),
  };
}

export function concat(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** One value an experience: rows that share a number are averaged. */
export function perExperience({ expNum, values }: Curve): Float64Array {
  let distinct = 0;
  for (let i = 0; i < expNum.length; i++) if (i === 0 || expNum[i] !== expNum[i - 1]) distinct++;
  if (distinct === expNum.length) return values;
  const means = new Float64Array(distinct);
  let at = 0;
  for (let start = 0; start < expNum.length; at++) {
    let end = start + 1;
    while (end < expNum.length && expNum[end] === expNum[start]) end++;
    means[at] = compensatedMean(values, start, end);
    start = end;
  }
  return means;
}

/** Sign of the least-squares slope over experience numbers; NaN for a NaN value. */
export function slopeSign({ expNum, values }: Curve): number {
  const count = values.length;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < count; i++) {
    meanX += (expNum[i] as number) / count;
    meanY += (values[i] as number) / count;
  }
  let covariance = 0;
  let isFlat = true;
  for (let i = 0; i < count; i++) {
    covariance += ((expNum[i] as number) - meanX) * ((values[i] as number) - meanY);
    if (expNum[i] !== expNum[0]) isFlat = false;
  }
  return Math.sign(isFlat ? meanY : covariance);
}
