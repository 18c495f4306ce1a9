import type { Interval } from "@whetstone/schemas/api";
import { bootstrap } from "./bootstrap.ts";
import type { Verdicts } from "./classify.ts";
import type { ScoresOf } from "./evaluation-context.ts";

type Groups = ScoresOf<"zero-shot-classification">["groups"];
interface Options {
  field: string;
  /** The group of each sample, null for none. */
  groupOf: (sample: number) => string | null;
  ignored: readonly string[];
  hasTop5: boolean;
}

const maxRows = 100;

/** Accuracy of each group and the worst of them (WILDS' worst-group accuracy); null when no sample has a group. */
export function scoreGroups({ ranks }: Pick<Verdicts, "ranks">, { field, groupOf, ignored, hasTop5 }: Options): Groups {
  const groups = new Map<string, { count: number; right: number; inTop5: number }>();
  ranks.forEach((rank, i) => {
    const group = groupOf(i);
    if (group === null) return;
    const sums = groups.get(group) ?? { count: 0, right: 0, inTop5: 0 };
    sums.count++;
    if (rank === 1) sums.right++;
    if (rank <= 5) sums.inTop5++;
    groups.set(group, sums);
  });
  const rows = [...groups].map(([group, { count, right, inTop5 }]) => ({
    group,
    count,
    acc1: right / count,
    acc5: hasTop5 ? inTop5 / count : null,
  }));
  const judged = rows.filter(({ group }) => !ignored.includes(group));
  const byAcc1 = judged.toSorted((a, b) => a.acc1 - b.acc1 || b.count - a.count);
  const byAcc5 = judged.toSorted((a, b) => (a.acc5 ?? 0) - (b.acc5 ?? 0) || b.count - a.count);
  const [worst] = byAcc1;
  const [worst5] = byAcc5;
  if (!worst || !worst5) return null;

  return {
    field,
    count: rows.length,
    worstAcc1: worst.acc1,
    worstAcc1Group: worst.group,
    worstAcc5: worst5.acc5,
    worstAcc5Group: hasTop5 ? worst5.group : null,
    table: rows.toSorted((a, b) => a.acc1 - b.acc1 || b.count - a.count).slice(0, maxRows),
  };
}

/**
 * Interval of the worst group's acc@1, by resampling samples and looking for the worst group of each resample; a group none of whose
 * samples were drawn counts as absent. The worst of many is low by luck too, so the interval lies rather low.
 */
export function worstGroupIntervals(
  { ranks }: Pick<Verdicts, "ranks">,
  { groupOf, ignored, seed }: Pick<Options, "groupOf" | "ignored"> & { seed: number },
): Record<string, Interval> {
  const idOf = new Map<string, number>();
  const ids = Int32Array.from(ranks, (_, i) => {
    const group = groupOf(i);
    if (group === null || ignored.includes(group)) return -1;
    const id = idOf.get(group) ?? idOf.size;
    idOf.set(group, id);
    return id;
  });
  if (idOf.size === 0) return {};
  const drawn = new Float64Array(idOf.size);
  const right = new Float64Array(idOf.size);
  return bootstrap(["groups.worstAcc1"], {
    count: ranks.length,
    seed,
    statistic(weights, figures) {
      drawn.fill(0);
      right.fill(0);
      for (const [i, id] of ids.entries()) {
        const weight = weights[i] ?? 0;
        if (id < 0 || weight === 0) continue;
        drawn[id] = (drawn[id] ?? 0) + weight;
        if (ranks[i] === 1) right[id] = (right[id] ?? 0) + weight;
      }
      const shares = right.map((hits, id) => hits / (drawn[id] ?? 0)).filter((share) => !Number.isNaN(share));
      figures[0] = shares.toSorted()[0] ?? Number.NaN;
    },
  });
}
