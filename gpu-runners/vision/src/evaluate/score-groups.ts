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
