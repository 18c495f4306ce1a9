import { z } from "zod";

const probability = z.number().min(0).max(1);

/**
 * Hard-negative identification: which text is mine, own d- or t- as the negative. HQ-CLIP publishes no formula, so its
 * neighbours' forms are values: `two-way` softmax, `one-plus-k` of FSC-CLIP (focal, label smoothing), and `in-denominator`
 * of NegCLIP and TripletCLIP, where `weight` is that of a negative in the image's softmax (1 as published).
 */
export const Hni = z.object({
  weight: z.number().min(0).default(0),
  form: z.enum(["two-way", "in-denominator", "one-plus-k"]).default("two-way"),
  /** One negative a sample, drawn between d- and t-, or both of them. */
  negatives: z.enum(["one", "both"]).default("one"),
  /** Probability that the one negative is t- rather than d-. */
  tagProbability: probability.default(0.5),
  /** Of `one-plus-k`: FSC-CLIP uses 2. */
  focalGamma: z.number().min(0).max(10).default(0),
  /** Of `one-plus-k`: FSC-CLIP uses 0.02. */
  labelSmoothing: probability.default(0),
});
export type Hni = z.infer<typeof Hni>;
