import { addFused, productError } from "./fused.ts";

const lanes = 16;
/** NumPy adds kernels of up to 11 values in order; BLAS takes the rest and uses its vector unit from 16 on. */

/**
 * Weighted sums of every window of `signal`: out[t] = sum_k kernel[k] * signal[t + k].
 *
 * The order of adding is that of `numpy.convolve(..., mode="valid")` on x86-64 with FMA (OpenBLAS's `ddot` for Haswell and Zen):
 * blocks of 16 go to 16 fused accumulators, what is left over is added in order, unfused. Equal to it to the last bit there.
 */
export function slideKernel(signal: Float64Array, kernel: Float64Array): Float64Array {
  const first = kernel[0] ?? 0;
  return kernel.every((weight) => weight === first) ? slideFlat(signal, first, kernel.length) : slide(signal, kernel);
}

/**
 * A flat kernel's product with a value is the same in all windows, and so is a lane's chain of fused sums from a given start: both
 * are computed once a value, which makes the cost linear in the signal for any width.
 */
function slideFlat(signal: Float64Array, weight: number, width: number): Float64Array {
  const products = new Float64Array(signal.length);
  for (let i = 0; i < signal.length; i++) products[i] = (signal[i] as number) * weight;
  const out = new Float64Array(signal.length - width + 1);
  const blocks = Math.floor(width / lanes);
  const vectorised = blocks * lanes;
  const heads = blocks > 0 ? sumLanes(chain(signal, products, { weight, blocks })) : undefined;
  for (let t = 0; t < out.length; t++) {
    let sum = heads ? (heads[t] as number) + (heads[t + 1] as number) : 0;
    for (let k = vectorised; k < width; k++) sum += products[t + k] as number;
    out[t] = sum;
  }
  return out;
}

/** For every start s: the fused sum of products s, s + 16, s + 32, ... (`blocks` of them). */
function chain(
  signal: Float64Array,
  products: Float64Array,
  { weight, blocks }: { weight: number; blocks: number },
): Float64Array {
  if (blocks === 1) return products;
  const errors = new Float64Array(signal.length);
  for (let i = 0; i < errors.length; i++) errors[i] = productError(signal[i] as number, weight, products[i] as number);
  const sums = new Float64Array(signal.length - lanes * (blocks - 1));
  for (let s = 0; s < sums.length; s++) {
    let sum = products[s] as number;
    for (let i = s + lanes, left = blocks - 1; left > 0; left--, i += lanes)
      sum = addFused(products[i] as number, errors[i] as number, sum);
    sums[s] = sum;
  }
  return sums;
}

/** Adds the even (or odd) lanes from every start: ((0 + 2) + (4 + 6)) + ((8 + 10) + (12 + 14)). */
function sumLanes(chains: Float64Array): Float64Array {
  return addShifted(addShifted(addShifted(chains, 2), 4), 8);
}

function addShifted(values: Float64Array, shift: number): Float64Array {
  const out = new Float64Array(Math.max(0, values.length - shift));
  for (let i = 0; i < out.length; i++) out[i] = (values[i] as number) + (values[i + shift] as number);
  return out;
}

function slide(signal: Float64Array, kernel: Float64Array): Float64Array {
  const out = new Float64Array(signal.length - kernel.length + 1);
  const vectorised = kernel.length - (kernel.length % lanes);
  const sums = new Float64Array(lanes);
  for (let t = 0; t < out.length; t++) {
    let sum = vectorised > 0 ? sumVectorised(signal.subarray(t, t + vectorised), kernel, sums) : 0;
    for (let k = vectorised; k < kernel.length; k++) sum += (signal[t + k] as number) * (kernel[k] as number);
    out[t] = sum;
  }
  return out;
}

function sumVectorised(window: Float64Array, kernel: Float64Array, sums: Float64Array): number {
  sums.fill(0);
  for (let k = 0; k < window.length; k++) {
    const value = window[k] as number;
    const weight = kernel[k] as number;
    const product = value * weight;
    sums[k % lanes] = addFused(product, productError(value, weight, product), sums[k % lanes] as number);
  }
  const halves = sumLanes(sums);
  return (halves[0] as number) + (halves[1] as number);
}
