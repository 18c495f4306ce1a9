import type { Manifest } from "@whetstone/schemas/api";
import { runs, uploads } from "@whetstone/schemas/db";
import type { InputFile } from "@whetstone/schemas/tasks";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { openRows } from "../rows/open-rows.ts";
import { placeOf } from "../samples/get-sample.ts";
import { loadManifest, toInput } from "./load-manifest.ts";
import { modelInputs } from "./model-inputs.ts";
import { RunFailure } from "./run-failure.ts";
import { defineRunKind, type RunOf } from "./run-kind.ts";

const layerOf = { images: "embeddings", texts: "textEmbeddings" } as const;

/** What of a version is nearest to a text or an image: one task that goes through its embeddings. */
export const searchRun = defineRunKind<"search">({
  countTasks: async () => 1,

  async planTasks(ctx, { run }) {
    const { workspaceId } = run;
    const { versionId, text, uid, find, limit } = run.params;
    const manifest = await loadManifest(ctx, { workspaceId, versionId });
    const embeddings = manifest.layers[layerOf[find]] ?? [];
    const [first] = embeddings;
    if (!first || embeddings.length < manifest.shards.length)
      throw new RunFailure(
        "embeddings_missing",
        `version ${versionId} has no embeddings of its ${find}; start a run of kind profile with a model on it`,
      );
    const like = uid === undefined ? undefined : await likeOf(ctx, manifest, uid);
    const modelId = like ? undefined : await modelOf(ctx, run, first.runId);
    return [
      {
        kind: "search-version",
        params: {
          text: text ?? null,
          like: like?.place ?? null,
          sampleCounts: manifest.shards.map(({ sampleCount }) => sampleCount),
          limit,
        },
        inputs: [
          ...embeddings.map((file) => toInput(`embeddings-${file.shard ?? 0}.f16`, file)),
          ...(like ? [like.input] : []),
          ...(modelId === undefined ? [] : await modelInputs(ctx, { workspaceId, modelId, prefix: "model" })),
          ...(await imageInput(ctx, run)),
        ],
      },
    ];
  },

  close: async () => ({ output: {}, statements: [] }),
});

/** The model that made the embeddings: only with its own texts do they compare. */
async function modelOf(ctx: Context, { workspaceId }: RunOf<"search">, profileId: string): Promise<string> {
  const [row] = await ctx.db
    .select({ params: runs.params })
    .from(runs)
    .where(and(eq(runs.id, profileId), eq(runs.workspaceId, workspaceId)));
  if (row?.params.kind === "profile" && row.params.modelId !== undefined) return row.params.modelId;
  throw new RunFailure("model_missing", `the run ${profileId} that made the embeddings names no model`);
}

/** The vector of a sample's image: its shard's file, and where in it. */
async function likeOf(ctx: Context, manifest: Manifest, uid: string) {
  let row = await placeOf(await openRows(ctx, manifest), uid);
  if (row === -1) throw new RunFailure("sample_missing", `version ${manifest.versionId} has no sample ${uid}`);
  for (const { index, sampleCount } of manifest.shards) {
    const file = manifest.layers["embeddings"]?.find(({ shard }) => shard === index);
    if (row < sampleCount && file) return { place: { row, rowCount: sampleCount }, input: toInput("like.f16", file) };
    row -= sampleCount;
  }
  throw new RunFailure("sample_missing", `sample ${uid} lies beyond the shards that have embeddings`);
}

async function imageInput(ctx: Context, { workspaceId, params }: RunOf<"search">): Promise<InputFile[]> {
  if (params.uploadId === undefined) return [];
  const [upload] = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, params.uploadId), eq(uploads.workspaceId, workspaceId)));
  if (!upload) throw new RunFailure("upload_missing", `upload ${params.uploadId} does not exist any more`);
  return [toInput("image", upload)];
}
