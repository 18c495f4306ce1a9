import { scoreTiles } from "../similarity.ts";
import type { Vectors } from "../vectors.ts";
import { emptyVerdicts, judge, type Verdicts } from "./classify.ts";
import type { EvaluationContext, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { findTraining } from "./find-training.ts";
import { scoreClassification } from "./score-classification.ts";
import { createTopK } from "./top-k.ts";
import { toPredictions } from "./zero-shot-classification.ts";

/** Weighted k nearest neighbours of Wu et al. (CVPR 2018, section 3.4), as DINO judges frozen features. */
export async function knn(context: EvaluationContext, task: TaskOf<"knn">): Promise<TaskOutcome> {
  const { train, test } = findTraining(context, task);
  const { classes, truths, skippedCount } = test.labelled;
  const k = Math.min(task.k, train.images.count);
  const verdicts = await vote({ ...train, truths: train.labelled.truths }, test.images, {
    truths,
    classCount: classes.length,
    k,
    temperature: task.temperature,
  });
  const { scores, ...tables } = scoreClassification(verdicts, { truths, classes, skippedCount, seed: context.seed });
  return {
    scores: { type: "knn", ...scores, trainCount: train.images.count, k },
    predictions: toPredictions(verdicts, test.labelled, (row) => context.corpus.samples[row]?.uid ?? ""),
    ...tables,
  };
}

interface Options {
  truths: ArrayLike<number>;
  classCount: number;
  k: number;
  temperature: number;
}

/** Each of the k most similar training images votes for its class with weight exp(cosine / temperature). The truth loses every tie. */
export async function vote(
  train: { images: Vectors; truths: ArrayLike<number> },
  images: Vectors,
  { truths, classCount, k, temperature }: Options,
): Promise<Verdicts> {
  const verdicts = emptyVerdicts(images.count);
  const nearest = createTopK(images.count, k, () => false);
  for await (const { scores, rowStart, rows, columnStart, columns } of scoreTiles(images, train.images)) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const score = scores[row * columns + column] ?? 0;
        if (score >= (nearest.floors[rowStart + row] ?? 0)) nearest.offer(rowStart + row, columnStart + column, score);
      }
    }
  }
  const votes = new Float64Array(classCount);
  for (let i = 0; i < images.count; i++) {
    votes.fill(0);
    const scores = nearest.scores(i);
    nearest.ids(i).forEach((id, place) => {
      const label = train.truths[id] ?? 0;
      votes[label] = (votes[label] ?? 0) + Math.exp(((scores[place] ?? 0) - 1) / temperature);
    });
    judge(verdicts, i, { scores: votes, truth: truths[i] ?? -1, logitScale: 1 });
  }
  return verdicts;
}
