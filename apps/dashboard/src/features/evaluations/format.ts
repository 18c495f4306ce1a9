import type { Interval } from "@whetstone/schemas/api";

/** A share as a percentage, anything else with three significant digits; CLIP scores and the like are no shares. */
export function toFigure(value: number): string {
  if (value >= -1 && value <= 1) return `${(100 * value).toFixed(1)} %`;
  return String(Number(value.toPrecision(4)));
}

export function toRange(interval: Interval | null | undefined): string {
  return interval ? `${toFigure(interval.low)} – ${toFigure(interval.high)}` : "–";
}

/** Figures of some scores by path (`textToImage.r1`): numbers alone, lists and settings left out. */
export function toFigures(scores: object, path = ""): [string, number][] {
  return Object.entries(scores).flatMap(([name, value]: [string, unknown]): [string, number][] => {
    if (path === "" && hidden.has(name)) return [];
    const here = path === "" ? name : `${path}.${name}`;
    if (typeof value === "number") return [[here, value]];
    return typeof value === "object" && value !== null && !Array.isArray(value) ? toFigures(value, here) : [];
  });
}

const hidden = new Set([
  "main",
  "intervals",
  "sampleCount",
  "classCount",
  "emptyClassCount",
  "skippedCount",
  "imageCount",
  "sharedCaptionCount",
]);
