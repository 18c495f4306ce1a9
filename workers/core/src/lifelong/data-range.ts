import { LifelongError } from "./error.ts";
import type { LifelongOptions } from "./options.ts";
import type { Range } from "./preprocess.ts";
import { toLabel } from "./select-rows.ts";
import { unique } from "./regimes.ts";

/**
 * The given ranges by lower-case task name. In agnostic mode a label gets the hull of its variants' ranges; the reference program takes
 * every name that contains the label, corrected only those that have it.
 */
export function toDataRange({ dataRange, variantMode, mode }: LifelongOptions): Record<string, Range> | null {
  if (!dataRange) return null;
  const entries = Object.entries(dataRange).map(([name, range]) => [name.toLowerCase(), range] as const);
  const odd = entries.find(([, { min, max }]) => !(min <= max));
  if (odd) throw new LifelongError(`the data range of ${odd[0]} ends below its start`);
  if (variantMode === "aware") return Object.fromEntries(entries);
  const labels = unique(entries.map(([name]) => toLabel(name)));
  return Object.fromEntries(
    labels.map((label) => {
      const own = entries
        .filter(([name]) => (mode === "l2metrics" ? name.includes(label) : toLabel(name) === label))
        .map(([, range]) => range);
      return [label, { min: Math.min(...own.map(({ min }) => min)), max: Math.max(...own.map(({ max }) => max)) }];
    }),
  );
}
