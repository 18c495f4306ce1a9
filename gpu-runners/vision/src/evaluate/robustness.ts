import { createHash } from "node:crypto";
import type { Corruption } from "@whetstone/schemas/api";
import { bootstrapMeans } from "./bootstrap.ts";
import { classify, embedClasses } from "./classify.ts";
import { type Canvas, corruptImage, toCanvas } from "./corrupt-image.ts";
import type { EvaluationContext, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { findClasses, templatesOf } from "./find-classes.ts";
import { createRandom } from "./random.ts";
import { pickVectors, selectSamples } from "./select-samples.ts";

const strengths = [1, 2, 3, 4, 5];

/** acc@1 of the zero-shot classifier on images spoilt in several ways and strengths (Hendrycks & Dietterich, ICLR 2019). */
export async function robustness(context: EvaluationContext, task: TaskOf<"robustness">): Promise<TaskOutcome> {
  const { model, corpus, benchmark, seed, signal } = context;
  const labelled = findClasses(corpus, {
    classNames: task.classNames,
    benchmark,
    rows: selectSamples(corpus, task.split),
  });
  const places = spread(labelled.rows.length, task.maxSamples);
  const rows = places.map((place) => labelled.rows[place] ?? 0);
  const truthOf = new Map(places.map((place) => [labelled.rows[place] ?? 0, labelled.truths[place] ?? 0]));
  const texts = await embedClasses(labelled.classes, templatesOf(task.templates, benchmark), model.embedTexts);
  const options = { logitScale: model.logitScale };
  const truths = rows.map((row) => truthOf.get(row) ?? 0);
  const clean = await classify(pickVectors(corpus.images, rows), texts, { truths, ...options });

  const right = new Map(task.corruptions.map((name) => [name, strengths.map(() => 0)]));
  const shares = new Map(rows.map((row) => [row, 0]));
  const rounds = task.corruptions.length * strengths.length;
  let done = 0;
  for await (const batch of context.readImages(rows)) {
    const canvases = await Promise.all(batch.images.map(toCanvas));
    for (const name of task.corruptions) {
      for (const strength of strengths) {
        signal.throwIfAborted();
        const images = await corruptAll(canvases, { name, strength, keys: batch.rows.map((row) => `${seed}:${row}`) });
        const { ranks } = await classify(await model.embedImages(images), texts, {
          truths: batch.rows.map((row) => truthOf.get(row) ?? 0),
          ...options,
        });
        batch.rows.forEach((row, i) => {
          if (ranks[i] !== 1) return;
          shares.set(row, (shares.get(row) ?? 0) + 1 / rounds);
          const counts = right.get(name) ?? [];
          counts[strength - 1] = (counts[strength - 1] ?? 0) + 1;
        });
        done += batch.rows.length;
        context.progress(done, rows.length * rounds, "corrupted images");
      }
    }
  }
  const isRight = Float64Array.from(clean.ranks, (rank) => (rank === 1 ? 1 : 0));
  return {
    scores: score(
      { right, isRight, shares: rows.map((row) => shares.get(row) ?? 0) },
      { seed, classCount: labelled.classes.length, skippedCount: labelled.skippedCount },
    ),
    predictions: rows.map((row, i) => ({
      part: "",
      uid: corpus.samples[row]?.uid ?? "",
      unit: "",
      label: labelled.classes[truths[i] ?? -1] ?? "",
      predicted: "",
      rank: 0,
      correct: Math.min(1, shares.get(row) ?? 0),
    })),
  };
}

interface Counted {
  right: Map<Corruption, number[]>;
  isRight: Float64Array;
  shares: number[];
}

function score(
  { right, isRight, shares }: Counted,
  { seed, ...counts }: { seed: number; classCount: number; skippedCount: number },
) {
  const mean = (values: readonly number[] | Float64Array) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const corruptions = [...right].map(([name, hits]) => {
    const acc1 = hits.map((count) => count / isRight.length);
    return { name, acc1, mean: mean(acc1) };
  });
  const cleanAcc1 = mean(isRight);
  const meanCorruptionAccuracy = mean(corruptions.map((corruption) => corruption.mean));
  return {
    type: "robustness" as const,
    sampleCount: isRight.length,
    main: { metric: "meanCorruptionAccuracy", value: meanCorruptionAccuracy },
    intervals: bootstrapMeans({ cleanAcc1: isRight, meanCorruptionAccuracy: shares }, seed),
    ...counts,
    cleanAcc1,
    meanCorruptionAccuracy,
    relativeError:
      cleanAcc1 === 1 ? null : mean(corruptions.map((corruption) => (1 - corruption.mean) / (1 - cleanAcc1))),
    corruptions,
  };
}

function corruptAll(
  canvases: Canvas[],
  { name, strength, keys }: { name: Corruption; strength: number; keys: string[] },
): Promise<Buffer[]> {
  return Promise.all(
    canvases.map((canvas, i) =>
      corruptImage(canvas, { name, strength, random: createRandom(hash(`${keys[i]}:${name}:${strength}`)) }),
    ),
  );
}

function hash(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32LE();
}

/** Places at even distances, all when there are few enough. */
function spread(count: number, most: number): number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}
