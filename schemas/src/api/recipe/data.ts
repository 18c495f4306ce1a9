import { z } from "zod";

/** How samples reach the training: what is shown when is a function of seed and step in every case. */
export const DataPath = z.object({
  /** Read shards as they are needed, through a bounded cache on disk, instead of holding all texts and images in memory. */
  streaming: z.boolean().default(false),
  /** Samples shuffled together while streaming; each such window reads its own few shards. */
  shuffleBuffer: z.int().min(2).max(10_000_000).default(65_536),
  /** While streaming: draw shards with replacement instead of each once an epoch. */
  resample: z.boolean().default(false),
});
