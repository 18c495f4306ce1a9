import { join } from "node:path";
import { averagePrecisions } from "../../gpu-runners/vision/src/evaluate/average-precision.ts";
import { classify } from "../../gpu-runners/vision/src/evaluate/classify.ts";
import { vote } from "../../gpu-runners/vision/src/evaluate/knn.ts";
import { fitLogistic, predictLogistic } from "../../gpu-runners/vision/src/evaluate/logistic-regression.ts";
import { scoreRetrieval } from "../../gpu-runners/vision/src/evaluate/retrieval.ts";
import { retrieve } from "../../gpu-runners/vision/src/evaluate/retrieve.ts";
import { scoreClassification } from "../../gpu-runners/vision/src/evaluate/score-classification.ts";
import { dot, rowOf, type Vectors } from "../../gpu-runners/vision/src/vectors.ts";
import { readVectors, type Reference } from "./reference.ts";

/** Figures by the names used in the comparison. */
export type Figures = Record<string, number>;

/** CLIP_benchmark's and scikit-learn's figures. */
export function toFigures({
  classification,
  retrieval,
  pairs,
  linear_probe: probes,
  ...reference
}: Reference): Figures {
  return {
    acc1: classification.acc1,
    acc5: classification.acc5,
    meanPerClassRecall: classification.mean_per_class_recall,
    macroF1: classification.macro_f1,
    meanAveragePrecision: reference.mean_average_precision,
    ...Object.fromEntries(
      [1, 5, 10].map((k) => [`textToImage.r${k}`, retrieval[`image_retrieval_recall@${k}`] ?? Number.NaN]),
    ),
    ...Object.fromEntries(
      [1, 5, 10].map((k) => [`imageToText.r${k}`, retrieval[`text_retrieval_recall@${k}`] ?? Number.NaN]),
    ),
    pairs: pairs.text_acc,
    ...Object.fromEntries(probes.map(({ lambda, acc1 }) => [`linearProbe ${lambda}`, acc1])),
    knn: reference.knn,
  };
}

/** Our figures on the reference's own embeddings. */
export async function figuresOfSame(
  reference: Reference,
  folder: string,
): Promise<{ figures: Figures; weightError: number }> {
  const read = (name: string) => readVectors(join(folder, `${name}.f32`), reference.dim);
  const [test, train, classes, photos, captions] = (await Promise.all(
    ["cifar-test", "cifar-train", "classes", "photos", "captions"].map(read),
  )) as [Vectors, Vectors, Vectors, Vectors, Vectors];
  const { names, labels } = reference;
  const verdicts = await classify(test, classes, { truths: labels.test, logitScale: 100 });
  const { scores } = scoreClassification(verdicts, { truths: labels.test, classes: names, skippedCount: 0, seed: 0 });
  const { mean } = await averagePrecisions(classes, test, {
    positives: severalLabels(labels.test, names.length),
    seed: 0,
  });
  const links = Array.from({ length: captions.count }, (_, text) => ({ text, image: Math.floor(text / 2) }));
  const retrieval = scoreRetrieval(await retrieve(captions, photos, links), { captions: links }, 0);
  const neighbours = await vote({ images: train, truths: labels.train }, test, {
    truths: labels.test,
    classCount: names.length,
    k: 20,
    temperature: 0.07,
  });
  const probes = await probe({ features: train, truths: labels.train, classCount: names.length }, { test, reference });

  return {
    weightError: probes.weightError,
    figures: {
      acc1: scores.acc1,
      acc5: scores.acc5 ?? Number.NaN,
      meanPerClassRecall: scores.meanPerClassRecall,
      macroF1: scores.macroF1,
      meanAveragePrecision: mean,
      ...Object.fromEntries(Object.entries(retrieval.textToImage).map(([k, value]) => [`textToImage.${k}`, value])),
      ...Object.fromEntries(Object.entries(retrieval.imageToText).map(([k, value]) => [`imageToText.${k}`, value])),
      pairs: shareOfPairs(photos, captions),
      ...probes.figures,
      knn: share(neighbours.ranks),
    },
  };
}

/** The label, and for every third image the next class too. */
function severalLabels(labels: number[], classCount: number): number[][] {
  const positives: number[][] = Array.from({ length: classCount }, () => []);
  labels.forEach((label, image) => {
    positives[label]?.push(image);
    if (image % 3 === 0) positives[(label + 1) % classCount]?.push(image);
  });
  return positives;
}

async function probe(
  training: Parameters<typeof fitLogistic>[0],
  { test, reference }: { test: Vectors; reference: Reference },
): Promise<{ figures: Figures; weightError: number }> {
  const figures: Figures = {};
  let weightError = 0;
  for (const { lambda, coef } of reference.linear_probe) {
    const { point } = await fitLogistic(training, { lambda, maxIterations: 1000 });
    const scores = await predictLogistic(point, test);
    const right = reference.labels.test.filter((label, i) => {
      const row = scores.subarray(i * training.classCount, (i + 1) * training.classCount);
      return row.indexOf(Math.max(...row)) === label;
    });
    figures[`linearProbe ${lambda}`] = right.length / test.count;
    const gap = coef.reduce((sum, weight, i) => sum + (weight - (point[i] ?? 0)) ** 2, 0);
    weightError = Math.max(weightError, Math.sqrt(gap / coef.reduce((sum, weight) => sum + weight ** 2, 0)));
  }
  return { figures, weightError };
}

/** An image's own first caption against the next image's. */
function shareOfPairs(photos: Vectors, captions: Vectors): number {
  const right = Array.from({ length: photos.count }, (_, i) => {
    const image = rowOf(photos, i);
    const next = (i + 1) % photos.count;
    return dot(image, rowOf(captions, 2 * i)) > dot(image, rowOf(captions, 2 * next)) ? 1 : 0;
  });
  return right.reduce((sum: number, value) => sum + value, 0) / photos.count;
}

function share(ranks: Int32Array): number {
  return ranks.filter((rank) => rank === 1).length / ranks.length;
}
