import { z } from "zod";

const probability = z.number().min(0).max(1);

/** Moves an image by up to `shift` of its side, scales it by 1 ± `scale`, mirrors half of the images if `flip`. */
export const Augment = z.object({
  shift: probability.default(0.1),
  scale: probability.default(0.15),
  flip: z.boolean().default(false),
});
export type Augment = z.infer<typeof Augment>;
