import { slideKernel } from "./arithmetic/convolve.ts";
import { createWindow, type WindowName } from "./arithmetic/windows.ts";

export interface Smoothing {
  window: WindowName;
  /** Values a window spans; a tenth... see `chooseWidth` when undefined. */
  width?: number | undefined;
  /** Rounds the width up to an odd number and centres the window; the reference program's windows hang to the left. */
  isCentred?: boolean;
}

const shareOfLength = 0.2;
const widest = 100;

/**
 * Running weighted mean of the same length, the signal reflected at both ends without repeating the edge.
 * The given width holds if the signal is at least that long, else a fifth of its length, at most 100; below 3 nothing is done.
 */
export function smooth(values: Float64Array, { window, width, isCentred = false }: Smoothing): Float64Array {
  const count = values.length;
  let span = width !== undefined && width <= count ? width : Math.min(Math.trunc(count * shareOfLength), widest);
  if (span < 3) return values;
  if (isCentred && span % 2 === 0) span = span + 1 <= count ? span + 1 : span - 1;
  const skipped = isCentred ? (span - 1) / 2 : Math.floor(span / 2 - 1);
  return slideKernel(reflect(values, span - 1, skipped), kernelOf(window, span));
}

/** The part of the padded signal whose windows are kept: `count + pad` values from `skipped` on. */
function reflect(values: Float64Array, pad: number, skipped: number): Float64Array {
  const count = values.length;
  const padded = new Float64Array(count + pad);
  for (let i = 0; i < padded.length; i++) {
    let source = i + skipped - pad;
    if (source < 0) source = -source;
    if (source >= count) source = 2 * (count - 1) - source;
    padded[i] = values[source] as number;
  }
  return padded;
}

let lastKernel: { window: WindowName; span: number; kernel: Float64Array } | undefined;

/** Regimes of a log mostly share a length. */
function kernelOf(window: WindowName, span: number): Float64Array {
  if (lastKernel?.window !== window || lastKernel.span !== span)
    lastKernel = { window, span, kernel: createWindow(window, span).toReversed() };
  return lastKernel.kernel;
}
