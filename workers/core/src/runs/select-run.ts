import type { Manifest } from "@whetstone/schemas/api";
import { countRows, type Mask } from "@whetstone/schemas/select";
import { SelectShardResult } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { openRows, type VersionRows } from "../rows/open-rows.ts";
import { selectRows } from "../rows/select-rows.ts";
import { type Edit, listEdits } from "../reviews/list-edits.ts";
import { toRef } from "./ingest-run.ts";
import { listTaskResults } from "./list-task-results.ts";
import { loadManifest, openLayers, toInput } from "./load-manifest.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind, type RunOf } from "./run-kind.ts";
import { type VersionDraft, writeVersion } from "./write-version.ts";

/** Layers whose files have a row for each sample that is left. */
const shardLayers = ["base", "refined", "scores", "thumbnails", "embeddings", "textEmbeddings"];
const nameOf = (layer: string) => (/embeddings$/i.test(layer) ? `${layer}.f16` : `${layer}.parquet`);

/** The samples a selection keeps as the next version: one task a shard that loses or changes rows. Images stay where they are. */
export const selectRun = defineRunKind<"select">({
  countTasks: async (ctx, run) => (await planOf(ctx, run)).changed.length,

  async planTasks(ctx, { run, from, to }) {
    const { manifest, changed } = await planOf(ctx, run);
    const fileOf = openLayers(manifest);
    return changed.slice(from, to).map(({ shard, keep, edits }) => {
      const layers = shardLayers.filter((layer) => fileOf(layer, shard) !== undefined);
      return {
        kind: "select-shard",
        params: { shard, keep: toBase64(keep), edits, layers },
        inputs: layers.flatMap((layer) => {
          const file = fileOf(layer, shard);
          return file ? [toInput(nameOf(layer), file)] : [];
        }),
        size: { total: keep.length, unit: "samples" },
      };
    });
  },

  async close(ctx, run) {
    const { manifest, whole } = await planOf(ctx, run);
    const made = new Map<number, { sampleCount: number; layers: VersionDraft["layers"] }>();
    let lastAt = run.createdAt.getTime();
    for await (const task of listTaskResults(ctx, run.id)) {
      const { shard, rowCount, files } = SelectShardResult.parse(task.result);
      const layers: VersionDraft["layers"] = {};
      for (const { layer, file, rowCount: rows } of files)
        layers[layer] = [{ ...toRef(task.file(file)), rowCount: rows, shard, runId: run.id }];
      made.set(shard, { sampleCount: rowCount, layers });
      lastAt = Math.max(lastAt, task.finishedAt.getTime());
    }
    const fileOf = openLayers(manifest);
    for (const shard of whole) {
      const layers: VersionDraft["layers"] = {};
      for (const layer of shardLayers) {
        const file = fileOf(layer, shard);
        if (file) layers[layer] = [file];
      }
      made.set(shard, { sampleCount: manifest.shards[shard]?.sampleCount ?? 0, layers });
    }
    if (made.size === 0) throw new RunFailure("no_samples", "the selection keeps no sample; make the filter wider");
    const draft = {
      ...draftOf(manifest, made),
      parentId: manifest.versionId,
      createdAt: new Date(lastAt).toISOString(),
    };
    return writeVersion(ctx, { run, draft });
  },
});

interface Plan {
  manifest: Manifest;
  changed: { shard: number; keep: Mask; edits: Edit[] }[];
  /** Shards that stay as they are. */
  whole: number[];
}

/** The same at every step of the run: versions don't change, and reviews count up to the run's beginning. */
async function planOf(ctx: Context, run: RunOf<"select">): Promise<Plan> {
  const { versionId, selection } = run.params;
  const manifest = await loadManifest(ctx, { workspaceId: run.workspaceId, versionId });
  if (manifest.sampleCount === 0) throw new RunFailure("no_samples", `version ${versionId} has no samples`);
  const rows = await openRows(ctx, manifest, run.createdAt);
  const { masks } = await selectRows(rows, selection);
  const all = concatenate(masks, rows);
  const edits = selection.reviews ? await listEdits(ctx, { versionId, asOf: run.createdAt }) : [];
  const plan: Plan = { manifest, changed: [], whole: [] };
  let first = 0;
  for (const { index: shard, sampleCount } of manifest.shards) {
    const [from, to] = [first, first + sampleCount];
    first = to;
    const keep = all.subarray(from, to);
    const count = countRows(keep);
    const mine = edits.filter(({ place }) => place >= from && place < to && all[place] === 1);
    if (count === 0) continue;
    if (count === sampleCount && mine.length === 0) plan.whole.push(shard);
    else plan.changed.push({ shard, keep, edits: mine });
  }
  return plan;
}

function concatenate(masks: readonly Mask[], { rowCount, segments }: VersionRows): Mask {
  const all = new Uint8Array(rowCount);
  for (const [i, mask] of masks.entries()) all.set(mask, segments[i]?.first ?? 0);
  return all;
}

/** Shards that have samples left, numbered anew. */
function draftOf(
  { datasetId, rejectCount, benchmark, layers, shards, thumbnailTars }: Manifest,
  made: ReadonlyMap<number, { sampleCount: number; layers: VersionDraft["layers"] }>,
): Omit<VersionDraft, "parentId" | "createdAt"> {
  const left = shards.flatMap((shard) => {
    const one = made.get(shard.index);
    return one && one.sampleCount > 0 ? [{ shard, ...one }] : [];
  });
  const files = shardLayers.map(
    (layer) =>
      [
        layer,
        left.flatMap(({ layers: mine }, shard) => (mine[layer] ?? []).map((file) => ({ ...file, shard }))),
      ] as const,
  );
  const tarOf = new Map((thumbnailTars ?? []).map((tar) => [tar.shard, tar]));
  const tars = left.flatMap(({ shard: { index } }, shard) => {
    const tar = tarOf.get(index);
    return tar ? [{ ...tar, shard }] : [];
  });
  return {
    datasetId,
    rejectCount,
    sampleCount: left.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
    shards: left.map(({ shard, sampleCount }, index) => ({ ...shard, index, sampleCount })),
    layers: { ...Object.fromEntries(files.filter(([, refs]) => refs.length > 0)), rejects: layers["rejects"] ?? [] },
    ...(tars.length > 0 && { thumbnailTars: tars }),
    ...(benchmark && { benchmark }),
  };
}

/** One bit a row, the first row the highest bit of the first byte. */
function toBase64(keep: Mask): string {
  const bits = new Uint8Array(Math.ceil(keep.length / 8));
  for (const [row, is] of keep.entries()) bits[row >> 3] = (bits[row >> 3] ?? 0) | (is << (7 - (row % 8)));
  return btoa(String.fromCharCode(...bits));
}
