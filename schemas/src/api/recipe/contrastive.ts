import { z } from "zod";

/** The loss over images and positive texts of the whole batch: CLIP's InfoNCE, or SigLIP's sigmoid of each pair. */
export const Contrastive = z.object({
  form: z.enum(["infonce", "siglip"]).default("infonce"),
  /** Logit scale to start from; null keeps the model's own. SigLIP starts at 10. */
  initialScale: z.number().positive().max(100).nullable().default(null),
  /** SigLIP's learnt bias, at the start. A model that brings its own keeps it. */
  initialBias: z.number().min(-100).max(100).default(-10),
});
export type Contrastive = z.infer<typeof Contrastive>;
