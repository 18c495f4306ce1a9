import { scoreTiles } from "../similarity.ts";
import type { Vectors } from "../vectors.ts";
import { bootstrap } from "./bootstrap.ts";

interface Truth {
  /** By class: the images that have it. */
  positives: readonly number[][];
  seed: number;
}
export interface AveragePrecisions {
  /** By class; NaN for one that no image has. */
  values: Float64Array;
  /** Over the classes that an image has. */
  mean: number;
  /** Undefined where there are too many scores to draw again and again. */
  interval: { low: number; high: number } | undefined;
}

const maxDrawnScores = 4_000_000;

/**
 * Average precision of each class over all images: the mean of the precision at each image that has it (CLIP_benchmark's
 * `average_precision_per_class`). What is right loses every tie. A bootstrap draws images.
 */
export async function averagePrecisions(
  classes: Vectors,
  images: Vectors,
  { positives, seed }: Truth,
): Promise<AveragePrecisions> {
  const values = new Float64Array(classes.count).fill(Number.NaN);
  const isDrawn = classes.count * images.count <= maxDrawnScores;
  const orders: { order: Int32Array; isPositive: Uint8Array }[] = [];

  for await (const { scores, rowStart, rows, columns } of scoreTiles(classes, images, { columns: images.count })) {
    for (let row = 0; row < rows; row++) {
      const own = positives[rowStart + row] ?? [];
      if (own.length === 0) continue;
      const line = scores.subarray(row * columns, (row + 1) * columns);
      values[rowStart + row] = averagePrecision(line, own);
      if (isDrawn) orders.push(rank(line, own));
    }
  }
  const known = values.filter((value) => !Number.isNaN(value));
  const drawn =
    isDrawn &&
    bootstrap(["mean"], {
      count: images.count,
      seed,
      statistic: (weights, figures) => (figures[0] = meanOfDrawn(orders, weights)),
    });
  return {
    values,
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
    interval: drawn ? drawn.mean : undefined,
  };
}

function averagePrecision(scores: Float32Array, positives: readonly number[]): number {
  const all = scores.toSorted();
  const own = Float32Array.from(positives, (image) => scores[image] ?? 0).toSorted();
  let sum = 0;
  for (let found = 1; found <= own.length; found++) {
    const score = own[own.length - found] ?? 0;
    // Images at least as good, less the right ones of the same score that come after.
    const tiedAfter = countBelow(own, score, own.length - found);
    sum += found / (all.length - lowerBound(all, score) - tiedAfter);
  }
  return sum / own.length;
}

/** How many right ones stand before `end` in ascending order with this very score. */
function countBelow(own: Float32Array, score: number, end: number): number {
  return end - Math.min(end, lowerBound(own, score));
}

/** The first place whose value is not less. */
function lowerBound(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rank(scores: Float32Array, positives: readonly number[]): { order: Int32Array; isPositive: Uint8Array } {
  const isPositive = new Uint8Array(scores.length);
  for (const image of positives) isPositive[image] = 1;
  const order = Int32Array.from(scores, (_, image) => image).toSorted(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (isPositive[a] ?? 0) - (isPositive[b] ?? 0),
  );
  return { order, isPositive };
}

function meanOfDrawn(orders: { order: Int32Array; isPositive: Uint8Array }[], weights: Uint16Array): number {
  let sum = 0;
  let count = 0;
  for (const { order, isPositive } of orders) {
    let [seen, found, precision] = [0, 0, 0];
    for (const image of order) {
      const weight = weights[image] ?? 0;
      if (isPositive[image] === 1) {
        for (let copy = 1; copy <= weight; copy++) precision += (found + copy) / (seen + copy);
        found += weight;
      }
      seen += weight;
    }
    if (found === 0) continue;
    sum += precision / found;
    count++;
  }
  return sum / count;
}
