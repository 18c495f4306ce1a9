import type { Estimate } from "@whetstone/schemas/api";

export const toPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const toRange = ({ low, high }: Pick<Estimate, "low" | "high">): string =>
  `${toPercent(low)} – ${toPercent(high)}`;

/** Three digits that say something. */
export const toShort = (value: number): string => String(Number(value.toPrecision(3)));
