import { z } from "zod";
import type { Context } from "../context.ts";

const maxBytes = 8 * 1024 ** 2;
const Point = z.looseObject({ loss: z.number(), loss_clip: z.number().nullish() });

/**
 * A training's curve as experiences. `performance` is the likelihood of the right pairs, exp(-contrastive loss): the geometric mean of the
 * probability given to the right text or image among those of the batch, so it lies in 0..1 and higher is better.
 */
export async function readTrainingCurve(
  ctx: Context,
  key: string,
): Promise<{ performance: number; loss: number | null }[]> {
  const text = await ctx.storage.getText(key, { maxBytes });
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line) => {
      const point = Point.safeParse(JSON.parse(line));
      if (!point.success) return [];
      const { loss, loss_clip: contrastive } = point.data;
      return [{ performance: Math.exp(-(contrastive ?? loss)), loss }];
    });
}
