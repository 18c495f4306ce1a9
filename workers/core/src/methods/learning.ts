import type { Learning } from "@whetstone/schemas/tasks";
import type { z } from "zod";

type LearningInput = z.input<typeof Learning>;

/** Steps that pass `epochs` times over `rows`. */
export function stepsFor(rows: number, { epochs, batchSize }: { epochs: number; batchSize: number }): number {
  return Math.max(1, Math.ceil((rows * epochs) / batchSize));
}

/** LoRA of a rank on all linear layers; null learns all weights. */
export function loraOf(
  rank: number | null,
  { alpha, dropout = 0 }: { alpha: number; dropout?: number },
): LearningInput["lora"] {
  return rank === null ? null : { rank, alpha, dropout };
}
