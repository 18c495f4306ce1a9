import type { EvaluationScores } from "@whetstone/schemas/api";
import type { RefinedRow } from "@whetstone/schemas/tasks";
import { z } from "zod";
import type { EmbedTexts } from "./classify.ts";
import type { Corpus } from "./embed-corpus.ts";
import { namesLabel, scoreTags } from "./score-tags.ts";
import { dot, rowOf } from "./vectors.ts";

type TextScores = Extract<EvaluationScores, { type: "text-scores" }>;
type Refined = Pick<RefinedRow, "positiveDescription" | "negativeDescription" | "positiveTags">;

const textsAtOnce = 1024;
const GoldTags = z.object({ tags: z.array(z.string()).min(1) });

/**
 * How well texts fit their images, judged by the model. With refinements only the refined samples count, so that
 * raw, d+ and d- are compared on the same images.
 */
export async function scoreTexts(
  corpus: Corpus,
  refinements: Map<string, Refined> | null,
  embedTexts: EmbedTexts,
): Promise<TextScores> {
  const samples = corpus.samples.flatMap((sample, image) => {
    const refined = refinements?.get(sample.uid) ?? null;
    return refinements && !refined ? [] : [{ ...sample, image, refined }];
  });
  const summarize = async (textOf: (sample: (typeof samples)[number]) => string) => {
    const cosines: number[] = [];
    for (let start = 0; start < samples.length; start += textsAtOnce) {
      const part = samples.slice(start, start + textsAtOnce);
      const texts = await embedTexts(part.map(textOf));
      part.forEach(({ image }, i) => cosines.push(100 * dot(rowOf(corpus.images, image), rowOf(texts, i))));
    }
    return toSummary(cosines);
  };

  const refined = samples.flatMap((sample) => (sample.refined ? [{ ...sample, refined: sample.refined }] : []));
  const labelled = refined.flatMap((sample) => (sample.label === null ? [] : [{ ...sample, label: sample.label }]));
  const shareNaming = (textOf: (sample: (typeof labelled)[number]) => string) =>
    labelled.filter((sample) => namesLabel(textOf(sample), sample.label)).length / labelled.length;

  return {
    type: "text-scores",
    sampleCount: samples.length,
    clip: {
      raw: await summarize(({ text }) => text),
      positive: refinements && (await summarize((sample) => sample.refined?.positiveDescription ?? "")),
      negative: refinements && (await summarize((sample) => sample.refined?.negativeDescription ?? "")),
    },
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
