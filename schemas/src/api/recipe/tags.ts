import { z } from "zod";

/**
 * Short-tag classification of the image on t+, over the most frequent tags. `bce`: each tag by itself.
 * `idf-softmax`: SuperClass's, one softmax whose target is the sample's tags weighted by how rare they are.
 */
export const Tags = z.object({
  weight: z.number().min(0).default(0),
  form: z.enum(["bce", "idf-softmax"]).default("bce"),
  vocabularySize: z.int().min(1).default(512),
});
export type Tags = z.infer<typeof Tags>;
