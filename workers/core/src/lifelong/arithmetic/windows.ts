import { pairwiseSum } from "./sums.ts";

export const windowNames = ["flat", "hanning", "hamming", "bartlett", "blackman"] as const;
export type WindowName = (typeof windowNames)[number];

/** NumPy's symmetric window of `width` >= 3 values, scaled to a sum of 1. */
export function createWindow(name: WindowName, width: number): Float64Array {
  const span = width - 1;
  const weights = Float64Array.from({ length: width }, (_, i) => weigh(name, 2 * i - span, span));
  const sum = pairwiseSum(weights);
  return weights.map((weight) => weight / sum);
}

/** `position` runs from -span to span in steps of two, as in NumPy, so that both halves are the same to the last bit. */
function weigh(name: WindowName, position: number, span: number): number {
  const angle = (Math.PI * position) / span;
  switch (name) {
    case "flat":
      return 1;
    case "hanning":
      return 0.5 + 0.5 * Math.cos(angle);
    case "hamming":
      return 0.54 + 0.46 * Math.cos(angle);
    case "bartlett":
      return position <= 0 ? 1 + position / span : 1 - position / span;
    case "blackman":
      return 0.42 + 0.5 * Math.cos(angle) + 0.08 * Math.cos((2 * Math.PI * position) / span);
  }
}
