import { bootstrap, weightedSum } from "./bootstrap.ts";
import type { EvaluationContext, Prediction, ScoresOf, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { depth, type Places, retrieve } from "./retrieve.ts";
import { selectSamples } from "./select-samples.ts";
import { type Captions, toCaptions } from "./to-captions.ts";

/** Finds images by their captions and captions by their images. */
export async function retrieval(
  { model, corpus, seed }: EvaluationContext,
  { split }: TaskOf<"retrieval">,
): Promise<TaskOutcome> {
  const found = toCaptions(corpus, selectSamples(corpus, split));
  const places = await retrieve(await model.embedTexts(found.texts), found.images, found.captions);
  return {
    scores: scoreRetrieval(places, found, seed),
    predictions: toPredictions(places, found, (row) => corpus.samples[row]?.uid ?? ""),
  };
}

/** Recall at 1, 5 and 10 both ways. A bootstrap draws images, each with all its captions. */
export function scoreRetrieval(
  { textToImage, imageToText }: Places,
  { captions }: Pick<Captions, "captions">,
  seed: number,
): ScoresOf<"retrieval"> {
  const imageCount = imageToText.length;
  const images = { r1: hits(imageToText, 1), r5: hits(imageToText, 5), r10: hits(imageToText, depth) };
  const texts = { r1: hits(textToImage, 1), r5: hits(textToImage, 5), r10: hits(textToImage, depth) };
  const byImage = (values: Float64Array) => {
    const sums = new Float64Array(imageCount);
    captions.forEach(({ image }, i) => (sums[image] = (sums[image] ?? 0) + (values[i] ?? 0)));
    return sums;
  };
  const captionCounts = byImage(new Float64Array(captions.length).fill(1));
  const found = { r1: byImage(texts.r1), r5: byImage(texts.r5), r10: byImage(texts.r10) };
  const names = [
    "textToImage.r1",
    "textToImage.r5",
    "textToImage.r10",
    "imageToText.r1",
    "imageToText.r5",
    "imageToText.r10",
    "meanRecallAt1",
  ] as const;
  const measure = (weights: Uint16Array, figures: Float64Array) => {
    const drawn = weightedSum(captionCounts, weights);
    const toImage = [found.r1, found.r5, found.r10].map((sums) => weightedSum(sums, weights) / drawn);
    const toText = [images.r1, images.r5, images.r10].map((values) => weightedSum(values, weights) / imageCount);
    figures.set([...toImage, ...toText, ((toImage[0] ?? 0) + (toText[0] ?? 0)) / 2]);
  };
  const figures = new Float64Array(names.length);
  measure(new Uint16Array(imageCount).fill(1), figures);
  const [t1 = 0, t5 = 0, t10 = 0, i1 = 0, i5 = 0, i10 = 0, meanRecallAt1 = 0] = figures;

  return {
    type: "retrieval",
    sampleCount: captions.length,
    imageCount,
    main: { metric: "meanRecallAt1", value: meanRecallAt1 },
    intervals: bootstrap(names, { count: imageCount, seed, statistic: measure }),
    textToImage: { r1: t1, r5: t5, r10: t10 },
    imageToText: { r1: i1, r5: i5, r10: i10 },
    meanRecallAt1,
    sharedCaptionCount: countShared(captions),
  };
}

function hits(places: Int32Array, k: number): Float64Array {
  return Float64Array.from(places, (place) => (place >= 0 && place < k ? 1 : 0));
}

function countShared(captions: Captions["captions"]): number {
  const uses = new Map<number, number>();
  for (const { text } of captions) uses.set(text, (uses.get(text) ?? 0) + 1);
  return [...uses.values()].filter((count) => count > 1).length;
}

function toPredictions(
  { textToImage, imageToText }: Places,
  { captions, texts, rows }: Captions,
  uidOf: (row: number) => string,
): Prediction[] {
  const numbers = new Map<number, number>();
  const byCaption = captions.map(({ text, image }, i) => {
    const number = numbers.get(image) ?? 0;
    numbers.set(image, number + 1);
    return {
      ...toPlace(textToImage[i] ?? -1),
      part: "text-to-image",
      uid: uidOf(rows[image] ?? -1),
      unit: String(number),
      label: texts[text] ?? "",
    };
  });
  const byImage = Array.from(imageToText, (found, image) => ({
    ...toPlace(found),
    part: "image-to-text",
    uid: uidOf(rows[image] ?? -1),
    unit: "",
    label: "",
  }));
  return [...byCaption, ...byImage];
}

function toPlace(found: number): Pick<Prediction, "predicted" | "rank" | "correct"> {
  return { predicted: "", rank: found + 1, correct: found === 0 ? 1 : 0 };
}
