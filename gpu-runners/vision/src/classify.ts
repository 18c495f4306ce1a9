import type { EvaluationScores } from "@whetstone/schemas/api";
import { scoreTiles } from "./similarity.ts";
import { emptyVectors, normalize, rowOf, type Vectors } from "./vectors.ts";

export type EmbedTexts = (texts: string[]) => Promise<Vectors>;
export type Verdict = { predicted: number; rank: number };
type ClassificationScores = Extract<EvaluationScores, { type: "zero-shot-classification" }>;

const textsAtOnce = 1024;

/** One vector a class: every template embedded, normalised, averaged and normalised again, as CLIP_benchmark does. */
export async function embedClasses(
  classNames: string[],
  templates: string[],
  embedTexts: EmbedTexts,
): Promise<Vectors> {
  const step = Math.max(1, Math.floor(textsAtOnce / templates.length));
  let classes: Vectors | undefined;

  for (let start = 0; start < classNames.length; start += step) {
    const names = classNames.slice(start, start + step);
    const texts = await embedTexts(
      names.flatMap((name) => templates.map((template) => template.replaceAll("{}", () => name))),
    );
    classes ??= emptyVectors(classNames.length, texts.dim);
    for (let i = 0; i < texts.count; i++) {
      const sum = rowOf(classes, start + Math.floor(i / templates.length));
      const text = normalize(rowOf(texts, i));
      for (let d = 0; d < sum.length; d++) sum[d] = (sum[d] ?? 0) + (text[d] ?? 0);
    }
  }
  classes ??= emptyVectors(0, 0);
  for (let i = 0; i < classes.count; i++) normalize(rowOf(classes, i));
  return classes;
}

/** The best class of each image and the rank of its true one (1 is best). The truth loses every tie. */
export async function classify(images: Vectors, classes: Vectors, truths: number[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for await (const { scores, rowStart, rows, columns } of scoreTiles(images, classes, { columns: classes.count })) {
    for (let row = 0; row < rows; row++) {
      verdicts.push(judge(scores.subarray(row * columns, (row + 1) * columns), truths[rowStart + row] ?? -1));
    }
  }
  return verdicts;
}

export function scoreClassification(verdicts: Verdict[], truths: number[], classCount: number): ClassificationScores {
  const hits = new Map<number, { right: number; total: number }>();
  verdicts.forEach(({ rank }, i) => {
    const truth = truths[i] ?? -1;
    const { right, total } = hits.get(truth) ?? { right: 0, total: 0 };
    hits.set(truth, { right: right + (rank === 1 ? 1 : 0), total: total + 1 });
  });
  const shareWithin = (k: number) => verdicts.filter(({ rank }) => rank <= k).length / verdicts.length;
  const recalls = [...hits.values()].map(({ right, total }) => right / total);

  return {
    type: "zero-shot-classification",
    sampleCount: verdicts.length,
    classCount,
    acc1: shareWithin(1),
    acc5: classCount >= 5 ? shareWithin(5) : null,
    meanPerClassRecall: recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
  };
}

function judge(scores: Float32Array, truth: number): Verdict {
  const own = scores[truth] ?? Number.NaN;
  let best = -Infinity;
  let predicted = -1;
  let rank = 1;
  scores.forEach((score, id) => {
    if (id !== truth && score >= own) rank++;
    if (score > best || (score === best && predicted === truth)) {
      best = score;
      predicted = id;
    }
  });
  return { predicted, rank };
}
