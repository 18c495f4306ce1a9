import type { LifelongOptions } from "@whetstone/schemas/api";

// The type alone: who has options has parsed them, and the command line starts faster without the schemas.
export type { LifelongOptions } from "@whetstone/schemas/api";

/** Equal to l2metrics 3.1.0, quirks included. */
export function isCompat(options: LifelongOptions): boolean {
  return options.mode === "l2metrics";
}
