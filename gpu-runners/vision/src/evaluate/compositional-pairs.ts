import type { Corpus } from "../embed-corpus.ts";
import { dot, rowOf } from "../vectors.ts";
import { aggregatePairs, type JudgedPair, type PairAggregate } from "./aggregate-pairs.ts";
import { bootstrap, bootstrapMeans } from "./bootstrap.ts";
import type { EvaluationContext, Prediction, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { failure } from "./failure.ts";
import { metadataOf, selectSamples } from "./select-samples.ts";

/** An image with its true caption and the false ones. */
interface Choice {
  row: number;
  texts: string[];
  subset: string;
  category: string | null;
}

const textsAtOnce = 1024;

/** Right is an image whose true caption is strictly closer than every negative one (SugarCrepe, ARO, VALSE's acc_r). */
export async function compositionalPairs(
  { model, corpus, seed, signal }: EvaluationContext,
  { split, subsetField, aggregate: rule }: TaskOf<"compositional-pairs">,
): Promise<TaskOutcome> {
  const rows = selectSamples(corpus, split);
  const choices = rows.flatMap((row) => toChoice(corpus, { row, subsetField, rule }));
  if (choices.length === 0)
    throw failure(
      "negatives_missing",
      "no sample has a false caption in its metadata (`negative_caption`, or a list `negative_captions`)",
    );

  const judged: JudgedPair[] = [];
  const predictions: Prediction[] = [];
  for (const part of inParts(choices)) {
    signal.throwIfAborted();
    const texts = await model.embedTexts(part.flatMap((choice) => choice.texts));
    let start = 0;
    for (const choice of part) {
      const image = rowOf(corpus.images, choice.row);
      const [own = 0, ...others] = choice.texts.map((_, i) => dot(image, rowOf(texts, start + i)));
      start += choice.texts.length;
      const rank = 1 + others.filter((other) => other >= own).length;
      judged.push({
        subset: choice.subset,
        category: choice.category,
        isRight: rank === 1,
        chance: 1 / choice.texts.length,
      });
      predictions.push(
        toPrediction(choice, { rank, scores: [own, ...others], uid: corpus.samples[choice.row]?.uid ?? "" }),
      );
    }
  }
  return { scores: score(judged, { rule, seed, skippedCount: rows.length - choices.length }), predictions };
}

function score(
  judged: JudgedPair[],
  { rule, seed, skippedCount }: { rule: PairAggregate; seed: number; skippedCount: number },
) {
  const all = aggregatePairs(judged, { rule });
  const right = Float64Array.from(judged, ({ isRight }) => (isRight ? 1 : 0));
  const accuracy = right.reduce((sum, value) => sum + value, 0) / judged.length;
  const { aggregate: interval } = bootstrap(["aggregate"], {
    count: judged.length,
    seed,
    statistic: (weights, figures) => (figures[0] = aggregatePairs(judged, { rule, weights }).aggregate),
  });
  return {
    type: "compositional-pairs" as const,
    sampleCount: judged.length,
    main: { metric: "aggregate", value: all.aggregate },
    intervals: { aggregate: interval, ...bootstrapMeans({ accuracy: right }, seed) },
    aggregate: all.aggregate,
    accuracy,
    skippedCount,
    missingSubsets: all.missing,
    subsets: all.subsets.slice(0, 500).map(({ name, rows, ...figures }) => ({
      name,
      ...figures,
      interval: bootstrapMeans({ accuracy: rows.map((row) => right[row] ?? 0) }, seed).accuracy,
    })),
  };
}

function toChoice(
  { samples }: Corpus,
  { row, subsetField, rule }: { row: number; subsetField: string; rule: PairAggregate },
): Choice[] {
  const sample = samples[row];
  if (!sample) return [];
  const metadata = metadataOf(sample);
  const { negative_captions: many, negative_caption: one, category, mturk } = metadata;
  const negatives = (Array.isArray(many) ? many : [one]).filter(
    (text) => typeof text === "string" && text.trim() !== "",
  );
  // VALSE's authors use only captions that two of three annotators accepted.
  const votes = typeof mturk === "object" && mturk !== null && "caption" in mturk ? Number(mturk.caption) : 3;
  if (negatives.length === 0 || (rule === "valse" && votes < 2)) return [];
  const subset = metadata[subsetField];
  return [
    {
      row,
      texts: [sample.text, ...negatives.map(String)],
      subset: typeof subset === "string" ? subset : "all",
      category: typeof category === "string" ? category : null,
    },
  ];
}

function toPrediction(
  { texts, subset }: Choice,
  { rank, scores, uid }: { rank: number; scores: number[]; uid: string },
): Prediction {
  // The first of the best, the true one last among equals.
  const best = Math.max(...scores);
  const at = scores.findIndex((value, i) => i > 0 && value === best);
  const predicted = texts[at < 0 ? 0 : at] ?? "";
  return { part: "", uid, unit: subset, label: texts[0] ?? "", predicted, rank, correct: rank === 1 ? 1 : 0 };
}

function* inParts(choices: Choice[]): Generator<Choice[]> {
  let part: Choice[] = [];
  let size = 0;
  for (const choice of choices) {
    part.push(choice);
    size += choice.texts.length;
    if (size < textsAtOnce) continue;
    yield part;
    part = [];
    size = 0;
  }
  if (part.length > 0) yield part;
}
