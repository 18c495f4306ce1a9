import { bootstrap } from "./bootstrap.ts";
import type { Verdicts } from "./classify.ts";
import type { ClassRow, Confusion, ScoresOf } from "./evaluation-context.ts";

/** What zero-shot classification, linear probes and kNN have in common. */
type CommonScores = Omit<ScoresOf<"knn">, "type" | "trainCount" | "k">;
export interface ScoredClassification {
  scores: CommonScores;
  classes: ClassRow[];
  confusions: Confusion[];
}
interface Options {
  truths: ArrayLike<number>;
  classes: string[];
  skippedCount: number;
  seed: number;
}

const maxRows = 100;
const maxConfusions = 50;

/** acc@1, acc@5, mean per class recall and macro F1 with their intervals, per class and by confusion. */
export function scoreClassification(
  { predicted, ranks }: Pick<Verdicts, "predicted" | "ranks">,
  { truths, classes, skippedCount, seed }: Options,
): ScoredClassification {
  const count = ranks.length;
  const all = new Uint16Array(count).fill(1);
  const table = createClassTable({ predicted, truths, classCount: classes.length });
  const measure = (weights: Uint16Array, figures: Float64Array) => {
    const { right, inTop5 } = countHits(ranks, weights);
    const means = table.measure(weights);
    figures.set([right / count, means.recall, means.f1, inTop5 / count]);
  };
  const figures = new Float64Array(4);
  measure(all, figures);
  const [acc1 = 0, meanPerClassRecall = 0, macroF1 = 0, acc5 = 0] = figures;
  const hasTop5 = classes.length >= 5;
  const { acc5: acc5Interval, ...intervals } = bootstrap(["acc1", "meanPerClassRecall", "macroF1", "acc5"], {
    count,
    seed,
    statistic: measure,
  });

  const rows = table.rows(classes);
  const confusions = countConfusions({ predicted, truths, classes });
  const scores: CommonScores = {
    sampleCount: count,
    main: { metric: "acc1", value: acc1 },
    intervals: hasTop5 ? { ...intervals, acc5: acc5Interval } : intervals,
    classCount: classes.length,
    emptyClassCount: rows.filter((row) => row.count === 0).length,
    skippedCount,
    acc1,
    acc5: hasTop5 ? acc5 : null,
    meanPerClassRecall,
    macroF1,
    classes: rows
      .filter((row) => row.count > 0)
      .toSorted((a, b) => a.recall - b.recall || b.count - a.count)
      .slice(0, maxRows),
    confusions: confusions.slice(0, maxConfusions),
  };
  return { scores, classes: rows, confusions };
}

function countHits(ranks: Int32Array, weights: Uint16Array): { right: number; inTop5: number } {
  let right = 0;
  let inTop5 = 0;
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[i] ?? 0;
    if (rank > 5) continue;
    inTop5 += weights[i] ?? 0;
    if (rank === 1) right += weights[i] ?? 0;
  }
  return { right, inTop5 };
}

function createClassTable({
  predicted,
  truths,
  classCount,
}: {
  predicted: Int32Array;
  truths: ArrayLike<number>;
  classCount: number;
}) {
  const total = new Float64Array(classCount);
  const said = new Float64Array(classCount);
  const right = new Float64Array(classCount);
  const count = (weights: Uint16Array) => {
    for (const sums of [total, said, right]) sums.fill(0);
    for (let i = 0; i < predicted.length; i++) {
      const weight = weights[i] ?? 0;
      if (weight === 0) continue;
      const truth = truths[i] ?? 0;
      const guess = predicted[i] ?? 0;
      total[truth] = (total[truth] ?? 0) + weight;
      said[guess] = (said[guess] ?? 0) + weight;
      if (truth === guess) right[truth] = (right[truth] ?? 0) + weight;
    }
  };
  const rowOf = (id: number) => {
    const [known = 0, guessed = 0, hits = 0] = [total[id], said[id], right[id]];
    return {
      count: known,
      recall: known === 0 ? 0 : hits / known,
      precision: guessed === 0 ? 0 : hits / guessed,
      f1: known + guessed === 0 ? 0 : (2 * hits) / (known + guessed),
    };
  };

  return {
    /** Plain means over the classes that have samples. */
    measure(weights: Uint16Array): { recall: number; f1: number } {
      count(weights);
      let [recall, f1, filled] = [0, 0, 0];
      for (let id = 0; id < classCount; id++) {
        const known = total[id] ?? 0;
        if (known === 0) continue;
        filled++;
        recall += (right[id] ?? 0) / known;
        f1 += (2 * (right[id] ?? 0)) / (known + (said[id] ?? 0));
      }
      return { recall: recall / filled, f1: f1 / filled };
    },
    rows(classes: string[]): ClassRow[] {
      count(new Uint16Array(predicted.length).fill(1));
      return classes.map((name, id) => ({ name, ...rowOf(id) }));
    },
  };
}

/** Pairs of label and another prediction, the most frequent first. */
function countConfusions({
  predicted,
  truths,
  classes,
}: {
  predicted: Int32Array;
  truths: ArrayLike<number>;
  classes: string[];
}) {
  const counts = new Map<number, number>();
  predicted.forEach((guess, i) => {
    const truth = truths[i] ?? 0;
    if (guess !== truth)
      counts.set(truth * classes.length + guess, (counts.get(truth * classes.length + guess) ?? 0) + 1);
  });
  return [...counts]
    .toSorted(([a, x], [b, y]) => y - x || a - b)
    .map(([pair, count]) => ({
      label: classes[Math.floor(pair / classes.length)] ?? "",
      predicted: classes[pair % classes.length] ?? "",
      count,
    }));
}
