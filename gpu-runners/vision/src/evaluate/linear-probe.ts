import type { Vectors } from "../vectors.ts";
import { emptyVerdicts, judge } from "./classify.ts";
import type { EvaluationContext, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { findTraining } from "./find-training.ts";
import { fitLogistic, predictLogistic, type Training } from "./logistic-regression.ts";
import { createRandom, shuffled } from "./random.ts";
import { scoreClassification } from "./score-classification.ts";
import { pickVectors } from "./select-samples.ts";
import { sweepLambda } from "./sweep-lambda.ts";
import { toPredictions } from "./zero-shot-classification.ts";

/** A linear classifier on frozen, normalised image embeddings; its L2 strength is chosen on a fifth of the training samples, then it learns from all. */
export async function linearProbe(context: EvaluationContext, task: TaskOf<"linear-probe">): Promise<TaskOutcome> {
  const { seed, signal, progress } = context;
  const { train, test } = findTraining(context, task);
  const { classes, rows, truths, skippedCount } = test.labelled;
  const training = { features: train.images, truths: train.labelled.truths, classCount: classes.length };
  const { maxIterations } = task;

  const { learnt, held } = holdOut(training, seed);
  let start: Float64Array | undefined;
  let done = 0;
  const { best: lambda, tried } = await sweepLambda(async (candidate) => {
    const fit = await fitLogistic(learnt, { lambda: candidate, maxIterations, signal, ...(start && { start }) });
    start = fit.point;
    progress(++done, Math.max(done, 15), "fits");
    return accuracy(await predictLogistic(fit.point, held.features), held);
  }, task.lambdas);
  const fit = await fitLogistic(training, { lambda, maxIterations, signal, ...(start && { start }) });

  const scores = await predictLogistic(fit.point, test.images);
  const verdicts = emptyVerdicts(rows.length);
  rows.forEach((_, i) => {
    const own = scores.subarray(i * classes.length, (i + 1) * classes.length);
    judge(verdicts, i, { scores: own, truth: truths[i] ?? -1, logitScale: 1 });
  });
  const { scores: common, ...tables } = scoreClassification(verdicts, { truths, classes, skippedCount, seed });
  return {
    scores: {
      type: "linear-probe",
      ...common,
      trainCount: train.labelled.rows.length,
      lambda,
      sweep: tried,
      iterations: fit.iterations,
      hasConverged: fit.hasConverged,
    },
    predictions: toPredictions(verdicts, test.labelled, (row) => context.corpus.samples[row]?.uid ?? ""),
    ...tables,
  };
}

/** A random fifth is held out. */
function holdOut({ features, truths, classCount }: Training, seed: number): { learnt: Training; held: Training } {
  const order = shuffled(features.count, createRandom(seed));
  const heldCount = Math.max(1, Math.floor(features.count / 5));
  const part = (rows: Int32Array) => ({
    features: pickRows(features, rows),
    truths: Int32Array.from(rows, (row) => truths[row] ?? 0),
    classCount,
  });
  return { held: part(order.subarray(0, heldCount)), learnt: part(order.subarray(heldCount)) };
}

function pickRows(features: Vectors, rows: Int32Array): Vectors {
  return pickVectors(features, Array.from(rows));
}

function accuracy(scores: Float32Array, { truths, classCount, features }: Training): number {
  let right = 0;
  for (let i = 0; i < features.count; i++) {
    const row = scores.subarray(i * classCount, (i + 1) * classCount);
    const truth = truths[i] ?? 0;
    if (row.every((score, id) => id === truth || score < (row[truth] ?? 0))) right++;
  }
  return right / features.count;
}
