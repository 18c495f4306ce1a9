import { z } from "zod";

/**
 * Which text a sample is shown with. `fixed`: d+ with `positiveProbability`, else the raw alt-text (HQ-CLIP's random select,
 * WhatIf's p, CLIPS's 80/20). `uniform`: any of its texts alike, the raw one being one of them (LaCLIP).
 */
export const CaptionMix = z.object({
  schedule: z.enum(["fixed", "uniform"]).default("fixed"),
  /** What d+ is cut into before one part is drawn: CLIPS finds short pieces of a synthetic caption better than the whole. */
  pieces: z.enum(["whole", "sentences", "clauses"]).default("whole"),
});
export type CaptionMix = z.infer<typeof CaptionMix>;
