import { join } from "node:path";
import type { EvaluationTask } from "@whetstone/schemas/api";
import { defineTask, type TaskContext, type TaskParams } from "@whetstone/runtime";
import { type ClipModel, openClipModel } from "./clip-model.ts";
import { embedCorpus } from "./embed-corpus.ts";
import { association } from "./evaluate/association.ts";
import { checkContamination } from "./evaluate/check-contamination.ts";
import { compositionalPairs } from "./evaluate/compositional-pairs.ts";
import type { EmbeddingCache } from "./embedding-cache.ts";
import type { EvaluationContext, TaskOutcome } from "./evaluate/evaluation-context.ts";
import { failure } from "./evaluate/failure.ts";
import { knn } from "./evaluate/knn.ts";
import { linearProbe } from "./evaluate/linear-probe.ts";
import { multiLabelClassification } from "./evaluate/multi-label-classification.ts";
import { retrieval } from "./evaluate/retrieval.ts";
import { robustness } from "./evaluate/robustness.ts";
import { tagPrediction } from "./evaluate/tag-prediction.ts";
import { textScores } from "./evaluate/text-scores.ts";
import { writeTables } from "./evaluate/write-tables.ts";
import { zeroShotClassification } from "./evaluate/zero-shot-classification.ts";
import { type PathOf, readRefinements, readSamples } from "./read-version.ts";

const contaminationFile = "contamination.csv";

export interface EvaluateSettings {
  /** Embeddings made before are kept here, so that another suite on the same images is nearly free. */
  cache?: EmbeddingCache;
  /** Whether models behind private addresses may be asked. */
  allowPrivateAddresses?: boolean;
}

/** Judges a model on the samples of a version. */
export function createEvaluateModel(settings: EvaluateSettings = {}) {
  return defineTask({
    kind: "evaluate-model",

    async run(context) {
      const { inputs, signal, secret, log } = context;
      const model = await openClipModel((file) => inputs.path(`model.${file}`), { ...settings, signal, secret, log });
      try {
        const result = await judge(model, context);
        return { ...result, counts: { ...result.counts, ...model.counts } };
      } finally {
        await model.close();
      }
    },
  });
}

async function judge(
  model: ClipModel,
  { params, inputs, write, progress, signal, workDir }: TaskContext<"evaluate-model">,
) {
  const { tasks, shardCount, trainShardCount, benchmark, seed } = params;
  const missing = Array.from({ length: shardCount }, (_, shard) => `refined-${shard}.parquet`).find(
    (name) => !inputs.has(name),
  );
  const needsRefined = params.hasRefined && tasks.some(usesRefinements);
  if (needsRefined && missing)
    throw failure("refined_missing", `the version is refined, but ${missing} was not among the inputs`);

  const embed = (count: number, pathOf: PathOf) =>
    embedCorpus(model, {
      shardCount: count,
      pathOf,
      signal,
      onEmbedded: (samples, shardsDone) =>
        progress(samples, Math.ceil((samples * count) / (shardsDone + 1)), "samples"),
    });
  const corpus = await embed(shardCount, inputs.path);
  if (corpus.samples.length === 0) throw failure("version_empty", "the version has no samples to evaluate on");
  const train = trainShardCount > 0 ? await embed(trainShardCount, (name) => inputs.path(`train-${name}`)) : null;
  const refinements = needsRefined ? await readRefinements(shardCount, inputs.path) : null;
  const context: EvaluationContext = {
    model,
    corpus,
    train,
    refinements,
    benchmark,
    seed,
    signal,
    progress,
    readImages: (rows) => readImages(rows, { shardCount, pathOf: inputs.path }),
  };

  const outcomes = await evaluateAll(context, tasks);
  const contamination =
    params.seenShardCount > 0
      ? await checkContamination({
          context,
          seenShardCount: params.seenShardCount,
          pathOf: inputs.path,
          csvPath: join(workDir, contaminationFile),
          score: async (others) => scoresOf(await evaluateAll(others, tasks)),
        })
      : null;
  const files = await writeTables(outcomes, workDir);
  if (contamination && contamination.exactCount + contamination.nearCount > 0) files.push(contaminationFile);
  await Promise.all(files.map((name) => write(name, join(workDir, name))));
  return { scores: scoresOf(outcomes), files, contamination, counts: { samples: corpus.samples.length } };
}

const scoresOf = (outcomes: readonly TaskOutcome[]) => outcomes.map(({ scores }) => scores);

async function evaluateAll(context: EvaluationContext, tasks: readonly EvaluationTask[]): Promise<TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  for (const task of tasks) {
    context.signal.throwIfAborted();
    outcomes.push(await evaluate(context, task));
  }
  return outcomes;
}

function evaluate(context: EvaluationContext, task: EvaluationTask): Promise<TaskOutcome> {
  switch (task.type) {
    case "zero-shot-classification":
      return zeroShotClassification(context, task);
    case "multi-label-classification":
      return multiLabelClassification(context, task);
    case "retrieval":
      return retrieval(context, task);
    case "compositional-pairs":
      return compositionalPairs(context, task);
    case "association":
      return association(context, task);
    case "linear-probe":
      return linearProbe(context, task);
    case "knn":
      return knn(context, task);
    case "tag-prediction":
      return tagPrediction(context, task);
    case "robustness":
      return robustness(context, task);
    case "text-scores":
      return textScores(context);
  }
}

function usesRefinements(task: TaskParams<"evaluate-model">["tasks"][number]): boolean {
  return task.type === "text-scores" || (task.type === "tag-prediction" && task.truth === "refined");
}

/** Images of some samples, by their places in the version, ascending. */
async function* readImages(
  rows: readonly number[],
  { shardCount, pathOf }: { shardCount: number; pathOf: PathOf },
): AsyncGenerator<{ rows: number[]; images: Buffer[] }> {
  const wanted = new Set(rows);
  let start = 0;
  for (let shard = 0; shard < shardCount; shard++) {
    for await (const batch of readSamples(shard, pathOf)) {
      const found = batch.rows.flatMap((_, i) => (wanted.has(start + i) ? [i] : []));
      start += batch.rows.length;
      if (found.length === 0) continue;
      yield {
        rows: found.map((i) => start - batch.rows.length + i),
        images: found.flatMap((i) => batch.images[i] ?? []),
      };
    }
  }
}
