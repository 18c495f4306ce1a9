/*
 * Fused multiply-add in plain doubles: the product's rounding error is computed exactly (Dekker 1971) and the sum's too
 * (Knuth's two-sum), so a * b + c is rounded once, as the FMA instruction does.
 */
const splitter = 134_217_729; // 2^27 + 1

/** What `product`, the rounded a * b, misses of the exact one. */
export function productError(a: number, b: number, product: number): number {
  const a1 = a * splitter;
  const aHigh = a1 - (a1 - a);
  const aLow = a - aHigh;
  const b1 = b * splitter;
  const bHigh = b1 - (b1 - b);
  const bLow = b - bHigh;
  const error = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
  return Number.isFinite(error) ? error : 0;
}

/** `addend` plus a product given as its rounded value and error, rounded once. */
export function addFused(product: number, error: number, addend: number): number {
  const sum = product + addend;
  const back = sum - addend;
  const lost = addend - (sum - back) + (product - back);
  return sum + (lost + error);
}
