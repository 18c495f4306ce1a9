import { z } from "zod";

/** What a training looks at while it runs. */
export const Watch = z.object({
  /** Share of the samples, drawn by seed and uid, that is kept out of training and looked at instead. */
  holdoutShare: z.number().min(0).max(0.5).default(0),
  /** Steps between two looks; the last step has one always. */
  everySteps: z.int().min(1).default(100),
  /** Looks without a better held-out loss before training stops; the best weights are exported then. 0 never stops. */
  patience: z.int().min(0).max(10_000).default(0),
  /** Images whose best texts are told at each look, always the same ones. */
  predictions: z.int().min(0).max(64).default(4),
});
export type Watch = z.infer<typeof Watch>;
