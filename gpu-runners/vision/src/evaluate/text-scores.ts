import { z } from "zod";
import { dot, rowOf } from "../vectors.ts";
import { bootstrapMeans } from "./bootstrap.ts";
import type { EvaluationContext, TaskOutcome } from "./evaluation-context.ts";
import { namesLabel, scoreTags } from "./score-tags.ts";

const textsAtOnce = 1024;
const GoldTags = z.object({ tags: z.array(z.string()).min(1) });

/**
 * How well texts fit their images, judged by the model. With refinements only the refined samples count, so that
 * raw, d+ and d- are compared on the same images.
 */
export async function textScores({
  model,
  corpus,
  refinements,
  seed,
}: Pick<EvaluationContext, "model" | "corpus" | "refinements" | "seed">): Promise<TaskOutcome> {
  const samples = corpus.samples.flatMap((sample, image) => {
    const refined = refinements?.get(sample.uid) ?? null;
    return refinements && !refined ? [] : [{ ...sample, image, refined }];
  });
  const score = async (textOf: (sample: (typeof samples)[number]) => string) => {
    const cosines: number[] = [];
    for (let start = 0; start < samples.length; start += textsAtOnce) {
      const part = samples.slice(start, start + textsAtOnce);
      const texts = await model.embedTexts(part.map(textOf));
      part.forEach(({ image }, i) => cosines.push(100 * dot(rowOf(corpus.images, image), rowOf(texts, i))));
    }
    return cosines;
  };

  const refined = samples.flatMap((sample) => (sample.refined ? [{ ...sample, refined: sample.refined }] : []));
  const labelled = refined.flatMap((sample) => (sample.label === null ? [] : [{ ...sample, label: sample.label }]));
  const shareNaming = (textOf: (sample: (typeof labelled)[number]) => string) =>
    labelled.filter((sample) => namesLabel(textOf(sample), sample.label)).length / labelled.length;

  const raw = await score(({ text }) => text);
  const positive = refinements && (await score((sample) => sample.refined?.positiveDescription ?? ""));
  const negative = refinements && (await score((sample) => sample.refined?.negativeDescription ?? ""));
  const cosines: Record<string, number[]> = { "clip.raw.mean": raw };
  if (positive) cosines["clip.positive.mean"] = positive;
  if (negative) cosines["clip.negative.mean"] = negative;
  const clip = {
    raw: toSummary(raw),
    positive: positive && toSummary(positive),
    negative: negative && toSummary(negative),
  };
  const scores = {
    type: "text-scores" as const,
    sampleCount: samples.length,
    main: clip.positive
      ? { metric: "clip.positive.mean", value: clip.positive.mean }
      : { metric: "clip.raw.mean", value: clip.raw.mean },
    intervals: samples.length === 0 ? {} : bootstrapMeans(cosines, seed),
    clip,
    tags: scoreTags(
      refined.flatMap((sample) => toGold(sample.metadata).map((gold) => ({ tags: sample.refined.positiveTags, gold }))),
    ),
    label:
      labelled.length === 0
        ? null
        : {
            positive: shareNaming((sample) => sample.refined.positiveDescription),
            negative: shareNaming((sample) => sample.refined.negativeDescription),
            raw: shareNaming((sample) => sample.text),
            count: labelled.length,
          },
  };
  return { scores };
}

/** Mean and population standard deviation; zeros for no values. */
function toSummary(values: number[]): { mean: number; sd: number; count: number } {
  const count = values.length;
  if (count === 0) return { mean: 0, sd: 0, count };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { mean, sd: Math.sqrt(variance), count };
}

/** The gold tags in a sample's metadata: none or one list. */
function toGold(metadata: string): string[][] {
  const gold = GoldTags.safeParse(JSON.parse(metadata));
  return gold.success ? [gold.data.tags] : [];
}
