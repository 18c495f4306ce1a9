import type { Interval } from "@whetstone/schemas/api";

/** Shares as per cent, whole numbers as they are, the rest with four digits. */
export function formatFigure(metric: string, value: number): string {
  if (isShare(metric, value)) return `${(value * 100).toFixed(1)} %`;
  return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toFixed(4).replace(/0+$/, "");
}

export function formatInterval(metric: string, interval: Interval | null): string {
  if (!interval) return "";
  const { low, high } = interval;
  if (isShare(metric, low) && isShare(metric, high)) return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
  return `${low.toFixed(4)} to ${high.toFixed(4)}`;
}

const plain = /count|lambda|iterations|^k$|logScale|logitScale|clip\.|relativeError|\.sd$|\.mean$/i;
const isShare = (metric: string, value: number) => value >= 0 && value <= 1 && !plain.test(metric);
