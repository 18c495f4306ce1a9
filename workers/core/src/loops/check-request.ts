import type { CreateLoop } from "@whetstone/schemas/api";
import { uploads, versions } from "@whetstone/schemas/db";
import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { RunnableMethod } from "../methods/index.ts";
import { clipSlot } from "../methods/reward-choice.ts";
import { baseOf, loadManifest, openLayers } from "../runs/load-manifest.ts";
import { readColumnNames, readRows } from "../samples/read-rows.ts";
import { getOwned } from "../scope.ts";

/** Samples of a version that are looked at for something that says what is right. */
const goldSamples = 200;
const neededColumns = ["query_id", "split", "question", "answer"];
const Gold = z.object({ label: z.string().nullable().default(null), metadata: z.string().nullable().default(null) });

interface Asked {
  input: CreateLoop;
  method: RunnableMethod;
  /** Defaults filled in. */
  parameters: Record<string, unknown>;
}

/** Refuses, before anything is made, what a runner could only fail at: each by name, with what to put in its place. */
export async function checkRequest(ctx: Context, asked: Asked): Promise<void> {
  checkPolicy(asked);
  checkReward(asked);
  await checkTask(ctx, asked.input);
}

function checkPolicy({ input: { policy, task }, method }: Asked): void {
  if (!method.policies.includes(policy.kind))
    throw new AppError("invalid_input", `${method.id} improves ${method.policies.join(", ")}, not ${policy.kind}`);
  checkSource(policy);
  // A table has a row for each prompt it knows, and an image with its alt-text is none of them.
  if (policy.kind === "tabular" && task.kind === "refinement")
    throw notRunnable("/task", "a tabular policy answers questions: give a task of kind questions, or another policy");
}

/** Models are CLIP packages, and a checkpoint of the hub is read by transformers as it is. */
function checkSource({ kind, source }: CreateLoop["policy"]): void {
  const isWritten = kind === "causal-lm" || kind === "image-text";
  if (source.from === "model" && kind !== "label")
    throw notRunnable(
      "/policy/source",
      `model ${source.modelId} is a CLIP, which is a policy of kind label, not ${kind}: give an upload${isWritten ? " or a checkpoint of the hub" : ""}`,
    );
  if (source.from === "hub" && !isWritten)
    throw notRunnable(
      "/policy/source",
      `a policy of kind ${kind} is an upload or a model: make a model of ${source.id} with whetstone model push`,
    );
}

/** Where a CLIP rewards or is learned, there must be one to begin with: the policy's own weights are none. */
function checkReward({ input, method, parameters }: Asked): void {
  for (const role of ["reward", "judge"] as const) {
    const source = input[role];
    if (source?.from === "hub")
      throw notRunnable(
        `/${role}`,
        `a ${role} is an upload or a model: make one with whetstone model push ${source.id}@${source.revision}`,
      );
  }
  const { reward } = method.measure(parameters).score;
  const isNeeded = method.slots.includes(clipSlot) || ("slot" in reward && reward.slot === clipSlot);
  if (!isNeeded || input.reward || input.forkOf) return;
  throw notRunnable(
    "/reward",
    `${method.id} with these parameters is rewarded by a CLIP: name one as reward, of your models or uploads`,
  );
}

async function checkTask(ctx: Context, { task, policy }: CreateLoop): Promise<void> {
  if (task.kind === "refinement") return checkVersion(ctx, task.versionId);
  const { id, status, key, sizeBytes } = await getOwned(ctx, uploads, { what: "upload", id: task.uploadId });
  if (status !== "completed") throw new AppError("upload_not_ready", `upload ${id} is ${status}; complete it first`);
  const columns = await readColumnNames(ctx, { key, sizeBytes }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "storage_unavailable") throw error;
    throw notRunnable(
      "/task/uploadId",
      `upload ${id} can't be read as Parquet: write the questions as one Parquet file`,
    );
  });
  if (policy.kind === "image-text" && !columns.includes("image"))
    throw notRunnable(
      "/task/uploadId",
      `upload ${id} has no column image, and a policy of kind image-text reads a picture with each question: add it, or take causal-lm`,
    );
  const needed = task.verifier === "program" ? [...neededColumns, "scene"] : neededColumns;
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw notRunnable(
      "/task/uploadId",
      `upload ${id} has no column ${missing.join(", ")}: verifier ${task.verifier} tells right from wrong by ${needed.join(", ")}`,
    );
}

async function checkVersion(ctx: Context, versionId: string): Promise<void> {
  const { workspaceId, shardCount } = await getOwned(ctx, versions, { what: "version", id: versionId });
  if (shardCount === 0) throw notRunnable("/task/versionId", `version ${versionId} holds no sample to refine`);
  const manifest = await loadManifest(ctx, { workspaceId, versionId });
  const [first = 0] = manifest.shards.map(({ index }) => index);
  const base = baseOf(manifest, openLayers(manifest), first);
  const rows = await readRows(ctx, base, { schema: Gold, from: 0, to: goldSamples, columns: ["label", "metadata"] });
  if (!rows.some(isGold))
    throw notRunnable(
      "/task/versionId",
      `version ${versionId} has neither labels nor tags in its metadata, so nothing says whether a refinement is right: ingest it with labels (.cls) or with "tags" in its .json`,
    );
}

function isGold({ label, metadata }: z.infer<typeof Gold>): boolean {
  if (label !== null && label !== "") return true;
  try {
    const { tags } = z.object({ tags: z.array(z.unknown()) }).parse(JSON.parse(metadata ?? "{}"));
    return tags.length > 0;
  } catch {
    return false;
  }
}

const notRunnable = (pointer: string, detail: string): AppError =>
  new AppError("not_runnable", detail, { fields: [{ pointer, code: "not_runnable", detail }] });
