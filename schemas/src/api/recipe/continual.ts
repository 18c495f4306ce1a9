import { z } from "zod";

const weight = z.number().min(0).default(0);

/**
 * How the model training starts from is kept from being forgotten; all at its default is plain fine-tuning. Replay is no value
 * here: it is an earlier version among the run's data, with its weight.
 */
export const Continual = z.object({
  /** Elastic weight consolidation: lambda, and how many samples of the earlier data estimate the Fisher information. */
  ewc: z.object({ weight, samples: z.int().min(2).max(1_000_000).default(1024) }).prefault({}),
  /** L2-SP: pulls every weight to where it started. */
  l2sp: z.object({ weight }).prefault({}),
  /** Learning without forgetting: the start model's image-text similarities on the new data are soft targets. */
  distillation: z.object({ weight, temperature: z.number().positive().default(2) }).prefault({}),
  /** WiSE-FT: exports (1 - alpha) x start + alpha x end. */
  wiseFt: z.object({ alpha: z.number().min(0).max(1).default(1) }).prefault({}),
  /** Exponential moving average of the weights; above 0 it is what is exported. */
  ema: z.object({ decay: z.number().min(0).max(0.999_999).default(0) }).prefault({}),
});
export type Continual = z.infer<typeof Continual>;
