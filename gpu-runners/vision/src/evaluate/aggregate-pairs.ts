import type { TaskOf } from "./evaluation-context.ts";

export type PairAggregate = TaskOf<"compositional-pairs">["aggregate"];
export interface JudgedPair {
  subset: string;
  /** Relation or attributes, for ARO's accuracy per relation. */
  category: string | null;
  isRight: boolean;
  chance: number;
}
interface SubsetRow {
  name: string;
  count: number;
  accuracy: number;
  chance: number;
  /** Places of its pairs. */
  rows: number[];
}

/** VALSE's seven phenomena and the files that make them up. */
const valse = [
  ["existence"],
  ["plurals"],
  ["counting-hard", "counting-small-quant", "counting-adversarial"],
  ["relations"],
  ["action-replacement", "actant-swap"],
  ["coreference-standard", "coreference-hard"],
  ["foil-it"],
];
const aro = ["vg_relation", "vg_attribution", "coco_order", "flickr30k_order"];
const sugarCrepe = ["replace", "swap", "add"];
const minCategoryCount = 25;

/**
 * One figure of several subsets, by the rule of a benchmark. SugarCrepe: mean over replace, swap and add of the accuracy of all their pairs. ARO: mean of
 * its four sets, vg_attribution and vg_relation as the mean over their categories (attributes with fewer than 25 pairs left out). VALSE: mean of seven phenomena,
 * of several files the mean. Subsets that are not there are left out and named.
 */
export function aggregatePairs(
  judged: readonly JudgedPair[],
  { rule, weights }: { rule: PairAggregate; weights?: Uint16Array },
): { aggregate: number; subsets: SubsetRow[]; missing: string[] } {
  const weigh = createScale(judged, weights);
  const places = Map.groupBy(judged.keys(), (row) => judged[row]?.subset ?? "");
  const subsets = [...places].map(([name, rows]) => ({
    name,
    count: rows.length,
    accuracy: weigh(rows),
    chance: rows.reduce((sum, row) => sum + (judged[row]?.chance ?? 0), 0) / rows.length,
    rows,
  }));
  const rowsOf = (matches: (name: string) => boolean) =>
    [...places].flatMap(([name, rows]) => (matches(name) ? rows : []));

  if (rule === "sugar-crepe") {
    const groups = sugarCrepe.map((group) => rowsOf((name) => name === group || name.startsWith(`${group}_`)));
    return {
      aggregate: mean(groups.map(weigh)),
      subsets,
      missing: sugarCrepe.filter((_, i) => groups[i]?.length === 0),
    };
  }
  if (rule === "aro") {
    const sets = aro.map((set) => {
      const rows = rowsOf((name) => name === set);
      return set.startsWith("vg_")
        ? byCategory(judged, { rows, weigh, minCount: set === "vg_attribution" ? minCategoryCount : 1 })
        : weigh(rows);
    });
    return { aggregate: mean(sets), subsets, missing: aro.filter((set) => !places.has(set)) };
  }
  if (rule === "valse") {
    const phenomena = valse.map((files) => mean(files.map((file) => weigh(rowsOf((name) => name === file)))));
    return { aggregate: mean(phenomena), subsets, missing: valse.flat().filter((file) => !places.has(file)) };
  }
  return { aggregate: mean(subsets.map(({ accuracy }) => accuracy)), subsets, missing: [] };
}

/** Accuracy of some pairs; NaN for none. */
function createScale(judged: readonly JudgedPair[], weights: Uint16Array | undefined) {
  return (rows: readonly number[]): number => {
    let right = 0;
    let total = 0;
    for (const row of rows) {
      const weight = weights ? (weights[row] ?? 0) : 1;
      total += weight;
      if (judged[row]?.isRight) right += weight;
    }
    return right / total;
  };
}

function byCategory(
  judged: readonly JudgedPair[],
  { rows, weigh, minCount }: { rows: number[]; weigh: (rows: readonly number[]) => number; minCount: number },
): number {
  if (rows.every((row) => judged[row]?.category === null)) return weigh(rows);
  const categories = [...Map.groupBy(rows, (row) => judged[row]?.category ?? "").values()];
  return mean(categories.filter((own) => own.length >= minCount).map(weigh));
}

/** Of those that are numbers. */
function mean(values: number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
