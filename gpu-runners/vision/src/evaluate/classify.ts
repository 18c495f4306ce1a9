import { scoreTiles } from "../similarity.ts";
import { emptyVectors, normalize, rowOf, type Vectors } from "../vectors.ts";

export type EmbedTexts = (texts: string[]) => Promise<Vectors>;
/** By image: the best class, the rank of the true one (1 is best), and the softmax probability of the best one. */
export interface Verdicts {
  predicted: Int32Array;
  ranks: Int32Array;
  confidences: Float64Array;
}

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

/** Judges each image by its cosines with all classes. The truth loses every tie. */
export async function classify(
  images: Vectors,
  classes: Vectors,
  { truths, logitScale }: { truths: ArrayLike<number>; logitScale: number },
): Promise<Verdicts> {
  const verdicts = emptyVerdicts(images.count);
  for await (const { scores, rowStart, rows, columns } of scoreTiles(images, classes, { columns: classes.count })) {
    for (let row = 0; row < rows; row++) {
      const own = scores.subarray(row * columns, (row + 1) * columns);
      judge(verdicts, rowStart + row, { scores: own, truth: truths[rowStart + row] ?? -1, logitScale });
    }
  }
  return verdicts;
}

export function emptyVerdicts(count: number): Verdicts {
  return { predicted: new Int32Array(count), ranks: new Int32Array(count), confidences: new Float64Array(count) };
}

interface Judged {
  scores: Float32Array | Float64Array;
  truth: number;
  logitScale: number;
}

/** Fills in the verdict on one row of scores. */
export function judge(verdicts: Verdicts, row: number, { scores, truth, logitScale }: Judged): void {
  const own = scores[truth] ?? Number.NaN;
  let best = -Infinity;
  let predicted = -1;
  let rank = 1;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] ?? 0;
    if (score >= own && id !== truth) rank++;
    if (score > best || (score === best && predicted === truth)) {
      best = score;
      predicted = id;
    }
  }
  let sum = 0;
  // A part of less than e^-40 changes no digit.
  const floor = best - 40 / logitScale;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] ?? 0;
    if (score > floor) sum += Math.exp(logitScale * (score - best));
  }
  verdicts.predicted[row] = predicted;
  verdicts.ranks[row] = rank;
  verdicts.confidences[row] = 1 / sum;
}
