import type { SelectionStep } from "@whetstone/schemas/api";
import { type Filter, type Mask, summarise } from "@whetstone/schemas/select";
import type { VersionRows } from "./open-rows.ts";

/** How many rows the filter would keep, were the number of this clause another: one point a bin of its column. Null for other clauses. */
export async function sweep(
  rows: VersionRows,
  clause: Filter,
  others: readonly Mask[],
): Promise<SelectionStep["curve"]> {
  if (clause.type !== "compare" || typeof clause.value !== "number") return null;
  if (!/^[<>]/.test(clause.op)) return null;
  let edges: number[] | undefined;
  let counts: number[] = [];
  for (const [i, { segment }] of rows.segments.entries()) {
    const whole = (await segment.summary(clause.column)).summary;
    if (whole.kind !== "number") return null;
    edges ??= whole.edges;
    const summary = summarise(await segment.column(clause.column), others[i] ?? null, edges);
    if (summary.kind === "number") counts = summary.counts.map((count, bin) => count + (counts[bin] ?? 0));
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  return (edges ?? []).map((value, bin) => {
    const survivors = clause.op.startsWith("<") ? below : total - below;
    below += counts[bin] ?? 0;
    return { value, survivors };
  });
}
