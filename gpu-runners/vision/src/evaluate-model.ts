import { join } from "node:path";
import type { EvaluationScores, EvaluationTask } from "@whetstone/schemas/api";
import { createLayerWriter, defineTask, TaskError } from "@whetstone/runtime";
import { z } from "zod";
import { classify, embedClasses, scoreClassification } from "./classify.ts";
import { openClipModel, type ClipModel } from "./clip-model.ts";
import { embedCorpus, type Corpus } from "./embed-corpus.ts";
import { readRefinements } from "./read-version.ts";
import { retrieve } from "./retrieve.ts";
import { scoreTexts } from "./score-texts.ts";
import { toCaptions } from "./to-captions.ts";
import { emptyVectors, rowOf } from "./vectors.ts";

/** A row of `predictions.parquet`; rank 1 means that the prediction is right. */
const PredictionRow = z.object({ uid: z.string(), label: z.string(), predicted: z.string(), rank: z.int() });
type PredictionRow = z.infer<typeof PredictionRow>;
type Classification = Extract<EvaluationTask, { type: "zero-shot-classification" }>;

/** Judges a model package on the samples of a version. */
export const evaluateModel = defineTask({
  kind: "evaluate-model",

  async run({ params, inputs, write, progress, signal, workDir }) {
    const { tasks, shardCount, hasRefined } = params;
    const wantsTexts = tasks.some(({ type }) => type === "text-scores");
    const missing = Array.from({ length: shardCount }, (_, shard) => `refined-${shard}.parquet`).find(
      (name) => !inputs.has(name),
    );
    if (wantsTexts && hasRefined && missing)
      throw failure("refined_missing", `the version is refined, but ${missing} was not among the inputs`);

    const model = await openClipModel((file) => inputs.path(`model.${file}`));
    const corpus = await embedCorpus(model, {
      shardCount,
      pathOf: inputs.path,
      signal,
      onEmbedded: (samples, shardsDone) =>
        progress(samples, Math.ceil((samples * shardCount) / (shardsDone + 1)), "samples"),
    });
    if (corpus.samples.length === 0) throw failure("version_empty", "the version has no samples to evaluate on");

    const scores: EvaluationScores[] = [];
    let predictions: PredictionRow[] | undefined;
    for (const task of tasks) {
      signal.throwIfAborted();
      if (task.type === "zero-shot-classification") {
        const classified = await runClassification(model, corpus, task);
        scores.push(classified.scores);
        predictions ??= classified.predictions;
      } else if (task.type === "retrieval") {
        const { captions, texts, images } = toCaptions(corpus);
        scores.push(await retrieve(await model.embedTexts(texts), images, captions));
      } else {
        const refinements = hasRefined ? await readRefinements(shardCount, inputs.path) : null;
        scores.push(await scoreTexts(corpus, refinements, model.embedTexts));
      }
    }
    if (predictions)
      await write("predictions.parquet", writePredictions(join(workDir, "predictions.parquet"), predictions));
    return { scores, counts: { samples: corpus.samples.length } };
  },
});

/** Samples without a label, or with one that is not among the classes, are left out; `sampleCount` tells how many took part. */
async function runClassification(model: ClipModel, corpus: Corpus, { templates, classNames }: Classification) {
  const labels = new Set(corpus.samples.flatMap(({ label }) => label ?? []));
  if (labels.size === 0)
    throw failure("labels_missing", "no sample of the version has a label, so there is nothing to classify against");
  const classes = classNames ?? [...labels].toSorted();
  if (classes.length < 2)
    throw failure(
      "too_few_classes",
      `the version has the one label ${JSON.stringify(classes[0])}; give classNames or a version with more`,
    );

  const classOf = new Map(classes.map((name, id) => [name, id]));
  const rows = corpus.samples.flatMap(({ label }, row) => (label !== null && classOf.has(label) ? [row] : []));
  if (rows.length === 0)
    throw failure("labels_missing", "no sample of the version has one of the given classNames as its label");
  const truths = rows.map((row) => classOf.get(corpus.samples[row]?.label ?? "") ?? -1);
  const images = emptyVectors(rows.length, corpus.images.dim);
  rows.forEach((row, i) => images.data.set(rowOf(corpus.images, row), i * images.dim));

  const verdicts = await classify(images, await embedClasses(classes, templates, model.embedTexts), truths);
  const predictions = rows.map((row, i) => ({
    uid: corpus.samples[row]?.uid ?? "",
    label: corpus.samples[row]?.label ?? "",
    predicted: classes[verdicts[i]?.predicted ?? -1] ?? "",
    rank: verdicts[i]?.rank ?? 0,
  }));
  return { scores: scoreClassification(verdicts, truths, classes.length), predictions };
}

function writePredictions(path: string, predictions: PredictionRow[]): string {
  const writer = createLayerWriter(path, PredictionRow);
  for (const row of predictions) writer.append(row);
  writer.close();
  return path;
}

function failure(code: string, message: string): TaskError {
  return new TaskError(code, message, { fate: "final" });
}
