import { z } from "zod";

const Scores = z.object({
  acc1: z.number(),
  acc5: z.number().nullable(),
  textToImageR1: z.number(),
  imageToTextR1: z.number(),
});
export type Scores = z.infer<typeof Scores>;

/** `.whetstone/demo/summary.json`. Every number in it was measured in the run that wrote it. */
export const Summary = z.object({
  samples: z.int(),
  rejects: z.int(),
  refine: z.object({
    ok: z.int(),
    rejected: z.int(),
    samplesPerSecond: z.number(),
    tagF1: z.number().nullable(),
    clip: z.object({ raw: z.number(), positive: z.number().nullable(), negative: z.number().nullable() }),
  }),
  train: z.object({ raw: z.record(z.string(), z.unknown()), hq: z.record(z.string(), z.unknown()) }),
  evaluate: z.object({ base: Scores, raw: Scores, hq: Scores, pixelNearestNeighbour: z.object({ acc1: z.number() }) }),
  seconds: z.object({ setup: z.number(), total: z.number(), byStage: z.record(z.string(), z.number()) }),
});
export type Summary = z.infer<typeof Summary>;

/** Mean of each score over seeds. */
export function meanScores(all: readonly Scores[]): Scores {
  const mean = (pick: (scores: Scores) => number): number =>
    all.reduce((sum, scores) => sum + pick(scores), 0) / all.length;
  return {
    acc1: mean(({ acc1 }) => acc1),
    acc5: all.some(({ acc5 }) => acc5 === null) ? null : mean(({ acc5 }) => acc5 ?? 0),
    textToImageR1: mean(({ textToImageR1 }) => textToImageR1),
    imageToTextR1: mean(({ imageToTextR1 }) => imageToTextR1),
  };
}

/** Sample standard deviation; undefined for fewer than two values. */
export function spread(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
