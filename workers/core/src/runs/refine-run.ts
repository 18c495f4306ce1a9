import type { Manifest } from "@whetstone/schemas/api";
import { RefineShardResult } from "@whetstone/schemas/tasks";
import { toRef } from "./ingest-run.ts";
import { listTaskResults } from "./list-task-results.ts";
import { baseOf, countShards, loadManifest, openLayers, toInput } from "./load-manifest.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind } from "./run-kind.ts";
import { writeVersion } from "./write-version.ts";

/** A version to one with a `refined` layer: one task a shard. */
export const refineRun = defineRunKind<"refine">({
  countTasks: (ctx, run) => countShards(ctx, run.params.versionId),

  async planTasks(ctx, { run, from, to }) {
    const { refiner, prompt, temperature, seed, versionId } = run.params;
    const manifest = await loadManifest(ctx, { workspaceId: run.workspaceId, versionId });
    const fileOf = openLayers(manifest);
    return manifest.shards.slice(from, to).map((shard) => {
      const base = baseOf(manifest, fileOf, shard.index);
      return {
        kind: "refine-shard",
        params: { shard: shard.index, refiner, prompt, temperature, seed },
        inputs: [toInput("shard.tar", shard), toInput("base.parquet", base)],
        size: { total: shard.sampleCount, unit: "samples" },
      };
    });
  },

  async close(ctx, run) {
    const parent = await loadManifest(ctx, { workspaceId: run.workspaceId, versionId: run.params.versionId });
    const refined: Manifest["layers"][string] = [];
    const rejects = [...(parent.layers["rejects"] ?? [])];
    let rejectCount = parent.rejectCount;
    let lastAt = 0;
    for await (const task of listTaskResults(ctx, run.id)) {
      const result = RefineShardResult.parse(task.result);
      const common = { shard: result.shard, runId: run.id };
      refined.push({ ...toRef(task.file(result.refined.file)), rowCount: result.refined.rowCount, ...common });
      if (result.rejects) {
        rejects.push({ ...toRef(task.file(result.rejects.file)), rowCount: result.rejects.rowCount, ...common });
        rejectCount += result.rejects.rowCount;
      }
      lastAt = Math.max(lastAt, task.finishedAt.getTime());
    }
    if (refined.length === 0) throw new RunFailure("no_samples", "no shard was refined; see the run's failed tasks");
    const { datasetId, sampleCount, shards, benchmark, thumbnailTars } = parent;
    // These are of the former texts.
    const { scores: _, textEmbeddings: __, ...layers } = parent.layers;
    const createdAt = new Date(lastAt).toISOString();
    const draft = {
      datasetId,
      parentId: parent.versionId,
      createdAt,
      sampleCount,
      rejectCount,
      shards,
      layers: { ...layers, refined, rejects },
      ...(benchmark && { benchmark }),
      ...(thumbnailTars && { thumbnailTars }),
    };
    return writeVersion(ctx, { run, draft });
  },
});
