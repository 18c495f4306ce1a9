import { multiply, toShared } from "../similarity.ts";
import type { Vectors } from "../vectors.ts";
import { minimize, type Minimum, type Objective } from "./lbfgs.ts";

export interface Training {
  features: Vectors;
  truths: ArrayLike<number>;
  classCount: number;
}
interface Options {
  /** Strength of the L2 penalty; scikit-learn's 1/C. */
  lambda: number;
  maxIterations: number;
  /** Weights to go on from. */
  start?: Float64Array;
  signal?: AbortSignal;
}

const tolerance = 1e-4;

/**
 * Multinomial logistic regression: minimises mean cross-entropy + lambda / (2 N) |W|² by L-BFGS, the intercepts unpunished: what scikit-learn's
 * LogisticRegression(C=1/lambda) minimises. Weights are C rows of D, then C intercepts.
 */
export async function fitLogistic(training: Training, options: Options): Promise<Minimum> {
  const { features, classCount } = training;
  const size = classCount * (features.dim + 1);
  return minimize(await createLoss(training, options.lambda), options.start ?? new Float64Array(size), {
    maxIterations: options.maxIterations,
    tolerance,
    ...(options.signal && { signal: options.signal }),
  });
}

/** Scores of N x C, row by row. */
export async function predictLogistic(weights: Float64Array, features: Vectors): Promise<Float32Array> {
  const classCount = weights.length / (features.dim + 1);
  const scores = await multiply(features, toVectors(weights, classCount, features.dim));
  for (let i = 0; i < scores.length; i++)
    scores[i] = (scores[i] ?? 0) + (weights[classCount * features.dim + (i % classCount)] ?? 0);
  return scores;
}

async function createLoss({ features: own, truths, classCount }: Training, lambda: number): Promise<Objective> {
  const { count, dim } = own;
  const features = toShared(own);
  const columns = toShared(transpose(own));
  const errors = toShared({ data: new Float32Array(classCount * count), count: classCount, dim: count });
  const weightCount = classCount * dim;

  return async (weights, gradient) => {
    const scores = await predictLogistic(weights, features);
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < count; i++) {
      const row = scores.subarray(i * classCount, (i + 1) * classCount);
      const truth = truths[i] ?? 0;
      loss += softmaxErrors(row, truth);
      for (let id = 0; id < classCount; id++) {
        const error = (row[id] ?? 0) / count;
        errors.data[id * count + i] = error;
        gradient[weightCount + id] = (gradient[weightCount + id] ?? 0) + error;
      }
    }
    const slopes = await multiply(errors, columns);
    let penalty = 0;
    for (let i = 0; i < weightCount; i++) {
      const weight = weights[i] ?? 0;
      penalty += weight * weight;
      gradient[i] = (slopes[i] ?? 0) + (lambda / count) * weight;
    }
    return loss / count + (lambda / (2 * count)) * penalty;
  };
}

/** Turns scores into probabilities less the truth, in place; answers the cross-entropy. */
function softmaxErrors(row: Float32Array, truth: number): number {
  let top = -Infinity;
  for (let id = 0; id < row.length; id++) top = Math.max(top, row[id] ?? 0);
  let sum = 0;
  for (let id = 0; id < row.length; id++) sum += Math.exp((row[id] ?? 0) - top);
  const loss = Math.log(sum) + top - (row[truth] ?? 0);
  for (let id = 0; id < row.length; id++) row[id] = Math.exp((row[id] ?? 0) - top) / sum - (id === truth ? 1 : 0);
  return loss;
}

function toVectors(weights: Float64Array, count: number, dim: number): Vectors {
  return { data: Float32Array.from(weights.subarray(0, count * dim)), count, dim };
}

function transpose({ data, count, dim }: Vectors): Vectors {
  const turned = new Float32Array(data.length);
  for (let i = 0; i < count; i++) for (let d = 0; d < dim; d++) turned[d * count + i] = data[i * dim + d] ?? 0;
  return { data: turned, count: dim, dim: count };
}
