import { ProfileShardResult } from "@whetstone/schemas/tasks";
import { toRef } from "./ingest-run.ts";
import { listTaskResults } from "./list-task-results.ts";
import { baseOf, countShards, loadManifest, openLayers, toInput } from "./load-manifest.ts";
import { modelInputs } from "./model-inputs.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind } from "./run-kind.ts";
import { type VersionDraft, writeVersion } from "./write-version.ts";

/** A version to one with thumbnails and, by a model, scores and embeddings: one task a shard. */
export const profileRun = defineRunKind<"profile">({
  countTasks: (ctx, run) => countShards(ctx, run.params.versionId),

  async planTasks(ctx, { run, from, to }) {
    const { workspaceId } = run;
    const { versionId, modelId, thumbnailPixels } = run.params;
    const manifest = await loadManifest(ctx, { workspaceId, versionId });
    const model = modelId === undefined ? [] : await modelInputs(ctx, { workspaceId, modelId, prefix: "model" });
    const fileOf = openLayers(manifest);
    return manifest.shards.slice(from, to).map((shard) => {
      const base = baseOf(manifest, fileOf, shard.index);
      const refined = fileOf("refined", shard.index);
      return {
        kind: "profile-shard",
        params: {
          shard: shard.index,
          thumbnailPixels,
          hasModel: modelId !== undefined,
          hasRefined: refined !== undefined,
        },
        inputs: [
          toInput("shard.tar", shard),
          toInput("base.parquet", base),
          ...(refined ? [toInput("refined.parquet", refined)] : []),
          ...model,
        ],
        size: { total: shard.sampleCount, unit: "samples" },
      };
    });
  },

  async close(ctx, run) {
    const parent = await loadManifest(ctx, { workspaceId: run.workspaceId, versionId: run.params.versionId });
    const made: Record<"thumbnails" | "scores" | "embeddings" | "textEmbeddings", VersionDraft["layers"][string]> = {
      thumbnails: [],
      scores: [],
      embeddings: [],
      textEmbeddings: [],
    };
    const thumbnailTars: NonNullable<VersionDraft["thumbnailTars"]> = [];
    let lastAt = 0;
    for await (const task of listTaskResults(ctx, run.id)) {
      const { shard, rowCount, hasScores } = ProfileShardResult.parse(task.result);
      const common = { shard, rowCount, runId: run.id };
      thumbnailTars.push({ ...toRef(task.file("thumbnails.tar")), shard });
      made.thumbnails.push({ ...toRef(task.file("thumbnails.parquet")), ...common });
      if (hasScores) {
        made.scores.push({ ...toRef(task.file("scores.parquet")), ...common });
        made.embeddings.push({ ...toRef(task.file("embeddings.f16")), ...common });
        made.textEmbeddings.push({ ...toRef(task.file("textEmbeddings.f16")), ...common });
      }
      lastAt = Math.max(lastAt, task.finishedAt.getTime());
    }
    if (made.thumbnails.length === 0)
      throw new RunFailure("no_samples", "no shard was profiled; see the run's failed tasks");
    const { versionId, runId: _, format: __, ...rest } = parent;
    const { thumbnails, ...byModel } = made;
    const layers: VersionDraft["layers"] = { ...parent.layers, thumbnails };
    if (run.params.modelId !== undefined) Object.assign(layers, byModel);
    const draft = {
      ...rest,
      parentId: versionId,
      createdAt: new Date(lastAt).toISOString(),
      layers,
      thumbnailTars,
    };
    return writeVersion(ctx, { run, draft });
  },
});
