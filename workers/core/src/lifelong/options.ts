import type { LifelongOptions } from "@whetstone/schemas/api";

export { LifelongOptions } from "@whetstone/schemas/api";

/** Equal to l2metrics 3.1.0, quirks included. */
export function isCompat(options: LifelongOptions): boolean {
  return options.mode === "l2metrics";
}
