import { join } from "node:path";
import { BaseRow, RefinedRow, RejectRow } from "@whetstone/schemas/tasks";
import { createLayerWriter, defineTask, openShard, readLayerRows, type TaskContext } from "@whetstone/runtime";
import { createRefiner, type RefinerSettings } from "./create-refiner.ts";
import { openRefinementCache, type CacheKey } from "./refinement-cache.ts";
import type { Outcome, Refiner, RefineItem } from "./refiner.ts";

export type RefineShardSettings = RefinerSettings & { cacheDir: string; cacheBytes: number };

/** Gives every sample of a shard a refinement or a reject row, in the order of the shard. */
export function createRefineShard(settings: RefineShardSettings) {
  return defineTask({
    kind: "refine-shard",

    async run(context) {
      const { params, inputs, write, progress, signal, secret, workDir } = context;
      const refiner = await createRefiner(params, { ...settings, secret });
      const cache = await openRefinementCache(settings.cacheDir, settings.cacheBytes);
      const rows = await readLayerRows(await inputs.path("base.parquet"), BaseRow);
      const shard = await openShard(await inputs.path("shard.tar"));
      const { temperature, seed } = params;
      const keyOf = ({ imageSha256, text }: Pick<BaseRow, "imageSha256" | "text">): CacheKey => ({
        imageSha256,
        text,
        modelHash: refiner.modelHash,
        promptHash: refiner.promptHash,
        temperature,
        seed,
      });
      const outcomes = new Map<string, Outcome>();
      const puts: Promise<void>[] = [];
      const counts = {
        samples: rows.length,
        refined: 0,
        rejected: 0,
        cacheHits: 0,
        promptTokens: 0,
        completionTokens: 0,
      };

      function settle(uid: string, outcome: Outcome): void {
        outcomes.set(uid, outcome);
        progress(outcomes.size, rows.length, "samples");
      }

      /** What the cache does not know. */
      async function* unknownItems(): AsyncGenerator<RefineItem> {
        for (const row of rows) {
          const cached = await cache.find(keyOf(row));
          if (cached) {
            counts.cacheHits += 1;
            settle(row.uid, cached);
          } else
            yield { uid: row.uid, text: row.text, imageSha256: row.imageSha256, image: await shard.readImage(row) };
        }
      }

      try {
        await refiner.refine(unknownItems(), {
          signal,
          onOutcome(item, outcome) {
            counts.promptTokens += outcome.promptTokens;
            counts.completionTokens += outcome.completionTokens;
            if ("refinement" in outcome) puts.push(cache.put(keyOf(item), outcome));
            settle(item.uid, outcome);
          },
        });
      } finally {
        // Also when the task fails: its next attempt need not pay again.
        await Promise.all(puts);
        await shard.close();
      }
      await cache.sweep();

      const layers = writeLayers(rows, { outcomes, refiner, workDir });
      counts.refined = layers.refined;
      counts.rejected = layers.rejected;
      await writeOutputs(layers.rejected, { write, workDir });
      return {
        shard: params.shard,
        refined: { file: "refined.parquet", rowCount: layers.refined },
        rejects: layers.rejected > 0 ? { file: "rejects.parquet", rowCount: layers.rejected } : null,
        counts,
      };
    },
  });
}

type Layers = { outcomes: Map<string, Outcome>; refiner: Refiner; workDir: string };

function writeLayers(rows: BaseRow[], { outcomes, refiner, workDir }: Layers): { refined: number; rejected: number } {
  const refined = createLayerWriter(join(workDir, "refined.parquet"), RefinedRow);
  const rejects = createLayerWriter(join(workDir, "rejects.parquet"), RejectRow);
  const { name, modelHash, promptHash } = refiner;
  for (const { uid, source } of rows) {
    const outcome = outcomes.get(uid);
    if (!outcome) throw new Error(`refiner ${name} said nothing about sample ${uid}`);
    if ("rejected" in outcome) {
      rejects.append({ uid, source, stage: "refine", code: outcome.rejected, detail: outcome.detail });
    } else {
      const { refinement, isRepaired, latencyMs, promptTokens, completionTokens } = outcome;
      refined.append({
        uid,
        ...refinement,
        refiner: name,
        modelHash,
        promptHash,
        isRepaired,
        latencyMs,
        promptTokens,
        completionTokens,
      });
    }
  }
  return { refined: refined.close().rowCount, rejected: rejects.close().rowCount };
}

async function writeOutputs(
  rejected: number,
  { write, workDir }: Pick<TaskContext<"refine-shard">, "write" | "workDir">,
): Promise<void> {
  await write("refined.parquet", join(workDir, "refined.parquet"));
  if (rejected > 0) await write("rejects.parquet", join(workDir, "rejects.parquet"));
}
