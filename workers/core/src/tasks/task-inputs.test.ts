import { CreateRun, type Manifest } from "@whetstone/schemas/api";
import { versions } from "@whetstone/schemas/db";
import type { TaskInputs } from "@whetstone/schemas/tasks";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { makeVersion } from "../../test/layers.ts";
import type { Context } from "../context.ts";
import { beginRun } from "../runs/begin-run.ts";
import { createRun } from "../runs/create-run.ts";
import { planWave } from "../runs/plan-wave.ts";
import { makeRunner } from "../runs/testing.ts";
import { makeContext } from "../testing.ts";
import { claimTasks } from "./claim-tasks.ts";
import { lendTask } from "./lend-task.ts";
import { listTaskInputs } from "./list-task-inputs.ts";
import { readInputs } from "./task-inputs.ts";

/** A version that names `count` shards, all of them by the address of one. */
async function makeLargeVersion(ctx: Context & { workspaceId: string }, count: number): Promise<string> {
  const { id, manifest } = await makeVersion(ctx, { shards: [[0]] });
  const many = (files: Manifest["layers"][string] = []) =>
    files.flatMap((file) => Array.from({ length: count }, (_, shard) => ({ ...file, shard })));
  const [shard] = manifest.shards;
  if (!shard) throw new Error("no shard");
  const large: Manifest = {
    ...manifest,
    shards: Array.from({ length: count }, (_, index) => ({ ...shard, index })),
    layers: { ...manifest.layers, base: many(manifest.layers["base"]) },
  };
  const manifestKey = `w/${ctx.workspaceId}/test/${id}-large.json`;
  await ctx.storage.putIfAbsent(manifestKey, JSON.stringify(large), "application/json");
  await ctx.db.update(versions).set({ manifestKey, shardCount: count }).where(eq(versions.id, id));
  return id;
}

it("a training reads a version of more shards than a row can list, page by page, planned twice or once", async () => {
  const owner = await makeContext();
  const shardCount = 6000;
  const versionId = await makeLargeVersion(owner, shardCount);
  const train = { kind: "train", versionId, architecture: "ViT-B-32", modelName: "large", recipe: { steps: 1 } };
  const { id: runId } = await createRun(owner, CreateRun.parse(train));
  const system: Context = { ...owner, actor: { kind: "system", job: "test" } };
  await beginRun(system, runId);
  await planWave(system, { runId, wave: 0 });
  await planWave(system, { runId, wave: 0 });
  const { ctx, runner } = await makeRunner(owner);
  const [row] = await claimTasks(ctx, { runner, max: 1 });
  if (!row) throw new Error("nothing to claim");

  const names: string[] = [];
  for (let hasMore = true; hasMore;) {
    const page = await readInputs(ctx, row, { after: names.at(-1), limit: 700 });
    names.push(...page.inputs.map((file) => file.name));
    hasMore = page.hasMoreInputs;
  }
  const { taskId, attempt, lease, inputs, hasMoreInputs } = await lendTask(ctx, row);
  const page = (after: string | undefined): Promise<TaskInputs> =>
    listTaskInputs(ctx, { taskId, attempt, lease, after, limit: 5 });

  const numbers = Array.from({ length: shardCount }, (_, n) => n);
  expect(new Set(names)).toEqual(new Set(numbers.flatMap((n) => [`shard-${n}.tar`, `base-${n}.parquet`])));
  expect(names).toHaveLength(2 * shardCount);
  expect(inputs.map((file) => file.name)).toEqual(names.slice(0, inputs.length));
  expect(hasMoreInputs).toBe(true);
  expect((await page(names[4321])).inputs.map((file) => file.name)).toEqual(names.slice(4322, 4327));
  expect(await page(names.at(-1))).toEqual({ inputs: [], hasMoreInputs: false });
  await expect(page("shard-9x.tar")).rejects.toMatchObject({ code: "invalid_cursor" });
  await expect(page("zebra")).rejects.toMatchObject({ code: "invalid_cursor" });
});
