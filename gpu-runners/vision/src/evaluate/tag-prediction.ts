import type { Corpus } from "../embed-corpus.ts";
import { scoreTiles } from "../similarity.ts";
import { averagePrecisions } from "./average-precision.ts";
import { bootstrap, weightedSum } from "./bootstrap.ts";
import { embedClasses } from "./classify.ts";
import type { EvaluationContext, Prediction, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { failure } from "./failure.ts";
import { templatesOf } from "./find-classes.ts";
import { metadataOf, pickVectors, selectSamples } from "./select-samples.ts";
import { createTopK } from "./top-k.ts";

/** Ranks the tags of a vocabulary for each image: precision, recall and F1 of the k best (micro-averaged), and mean average precision over tags. */
export async function tagPrediction(
  { model, corpus, refinements, seed }: EvaluationContext,
  task: TaskOf<"tag-prediction">,
): Promise<TaskOutcome> {
  const tagsOf = (sample: Corpus["samples"][number]): string[] => {
    const { tags } = metadataOf(sample);
    const known = task.truth === "refined" ? refinements?.get(sample.uid)?.positiveTags : tags;
    return Array.isArray(known)
      ? [...new Set(known.map((tag) => String(tag).trim().toLowerCase()).filter(Boolean))]
      : [];
  };
  const tagged = selectSamples(corpus, task.split).flatMap((row) => {
    const sample = corpus.samples[row];
    const tags = sample ? tagsOf(sample) : [];
    return sample && tags.length > 0 ? [{ row, tags, uid: sample.uid }] : [];
  });
  if (tagged.length === 0)
    throw failure(
      "tags_missing",
      task.truth === "refined"
        ? "no sample has positive tags: refine the version, or take the metadata's `tags` as the truth"
        : "no sample has a list `tags` in its metadata",
    );
  const vocabulary =
    task.vocabulary?.map((tag) => tag.trim().toLowerCase()) ??
    mostFrequent(
      tagged.flatMap(({ tags }) => tags),
      task.vocabularySize,
    );
  const idOf = new Map(vocabulary.map((tag, id) => [tag, id]));
  const truths = tagged.map(({ tags }) => tags.flatMap((tag) => idOf.get(tag) ?? []));
  const positives: number[][] = vocabulary.map(() => []);
  truths.forEach((ids, i) => ids.forEach((id) => positives[id]?.push(i)));
  if (positives.every((own) => own.length === 0))
    throw failure("tags_missing", "none of the vocabulary's tags is among the true ones");

  const images = pickVectors(
    corpus.images,
    tagged.map(({ row }) => row),
  );
  const texts = await embedClasses(vocabulary, templatesOf(task.templates, null), model.embedTexts);
  const k = Math.min(task.k, vocabulary.length);
  const best = createTopK(images.count, k, () => false);
  for await (const { scores, rowStart, rows, columnStart, columns } of scoreTiles(images, texts)) {
    for (let i = 0; i < rows * columns; i++)
      best.offer(rowStart + Math.floor(i / columns), columnStart + (i % columns), scores[i] ?? 0);
  }
  const hits = Float64Array.from(truths, (ids, i) => best.ids(i).filter((id) => ids.includes(id)).length);
  const known = Float64Array.from(tagged, ({ tags }) => tags.length);
  const precisions = await averagePrecisions(texts, images, { positives, seed });
  const measure = (weights: Uint16Array, figures: Float64Array) => {
    const right = weightedSum(hits, weights);
    const [said, true_] = [k * images.count, weightedSum(known, weights)];
    figures.set([right / said, right / true_, (2 * right) / (said + true_)]);
  };
  const figures = new Float64Array(3);
  measure(new Uint16Array(images.count).fill(1), figures);
  const [precision = 0, recall = 0, f1 = 0] = figures;
  const predictions: Prediction[] = tagged.map(({ uid, tags }, i) => ({
    part: "",
    uid,
    unit: "",
    label: tags.join(", "),
    predicted: Array.from(best.ids(i), (id) => vocabulary[id] ?? "").join(", "),
    rank: 0,
    correct: (hits[i] ?? 0) / k,
  }));

  return {
    scores: {
      type: "tag-prediction",
      sampleCount: images.count,
      main: { metric: "meanAveragePrecision", value: precisions.mean },
      intervals: {
        ...bootstrap(["precision", "recall", "f1"], { count: images.count, seed, statistic: measure }),
        ...(precisions.interval && { meanAveragePrecision: precisions.interval }),
      },
      vocabularySize: vocabulary.length,
      unknownTagCount: tagged.reduce((sum, { tags }, i) => sum + tags.length - (truths[i]?.length ?? 0), 0),
      k,
      precision,
      recall,
      f1,
      meanAveragePrecision: precisions.mean,
    },
    predictions,
  };
}

/** The most frequent first; of equals the first in alphabetical order. */
function mostFrequent(tags: string[], count: number): string[] {
  const uses = new Map<string, number>();
  for (const tag of tags) uses.set(tag, (uses.get(tag) ?? 0) + 1);
  return [...uses]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([tag]) => tag);
}
