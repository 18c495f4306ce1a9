import type { Manifest } from "@whetstone/schemas/api";
import { indexes } from "@whetstone/schemas/db";
import { indexKey } from "../object-keys.ts";
import type { IndexFile } from "../rows/open-rows.ts";
import { IndexSegmentResult } from "@whetstone/schemas/tasks";
import { listTaskResults } from "./list-task-results.ts";
import { loadManifest, openLayers, toInput } from "./load-manifest.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind } from "./run-kind.ts";

const maxSegmentRows = 250_000;
const maxSegmentShards = 400;
const indexedLayers = ["base", "refined", "scores", "thumbnails"];

/** A version's columns, laid out for filters, orders and statistics: one task for each quarter of a million rows. */
export const indexRun = defineRunKind<"index">({
  countTasks: async (ctx, run) => segmentsOf(await loadManifest(ctx, toPlace(run))).length,

  async planTasks(ctx, { run, from, to }) {
    const manifest = await loadManifest(ctx, toPlace(run));
    const layers = indexedLayers.filter((layer) => (manifest.layers[layer] ?? []).length > 0);
    const fileOf = openLayers(manifest);
    return segmentsOf(manifest)
      .slice(from, to)
      .map(({ firstShard, shardCount, firstPlace, rowCount }) => ({
        kind: "index-segment",
        params: { firstShard, shardCount, firstPlace, layers },
        inputs: layers.flatMap((layer) =>
          Array.from({ length: shardCount }, (_, i) => firstShard + i).flatMap((shard) => {
            const file = fileOf(layer, shard);
            return file ? [toInput(`${layer}-${shard}.parquet`, file)] : [];
          }),
        ),
        size: { total: rowCount, unit: "samples" },
      }));
  },

  async close(ctx, run) {
    const { datasetId, versionId } = await loadManifest(ctx, toPlace(run));
    const index: IndexFile = { format: "whetstone-index/1", segments: [] };
    for await (const task of listTaskResults(ctx, run.id)) {
      const { rowCount, files } = IndexSegmentResult.parse(task.result);
      index.segments.push({
        rowCount,
        files: files.map((name) => ({ name, key: task.file(name).key, sizeBytes: task.file(name).sizeBytes })),
      });
    }
    if (index.segments.length === 0) throw new RunFailure("no_samples", "the version has no samples to index");
    const key = indexKey(run.workspaceId, datasetId, { versionId, runId: run.id });
    await ctx.storage.putIfAbsent(key, JSON.stringify(index), "application/json");
    const row = { workspaceId: run.workspaceId, runId: run.id, key, createdAt: ctx.now() };
    const upsert = ctx.db
      .insert(indexes)
      .values({ versionId, ...row })
      .onConflictDoUpdate({ target: indexes.versionId, set: row });
    return { output: {}, statements: [upsert] };
  },
});

const toPlace = ({ workspaceId, params }: { workspaceId: string; params: { versionId: string } }) => ({
  workspaceId,
  versionId: params.versionId,
});

function segmentsOf({ shards }: Manifest) {
  const segments: { firstShard: number; shardCount: number; firstPlace: number; rowCount: number }[] = [];
  let firstPlace = 0;
  for (const [shard, { sampleCount }] of shards.entries()) {
    const last = segments.at(-1);
    const hasRoom = last && last.shardCount < maxSegmentShards && last.rowCount + sampleCount <= maxSegmentRows;
    if (hasRoom) {
      last.shardCount += 1;
      last.rowCount += sampleCount;
    } else segments.push({ firstShard: shard, shardCount: 1, firstPlace, rowCount: sampleCount });
    firstPlace += sampleCount;
  }
  return segments;
}
