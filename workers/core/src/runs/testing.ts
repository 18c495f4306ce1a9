import { CreateRun, type CreateRunInput } from "@whetstone/schemas/api";
import { taskKinds } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { registerRunner } from "../runners/register-runner.ts";
import { type RunnerRow, seeRunner } from "../runners/see-runner.ts";
import { beginRun } from "./begin-run.ts";
import { createRun } from "./create-run.ts";
import { planWave } from "./plan-wave.ts";

/** A noop run as far as its first wave. */
export async function makeRun(
  ctx: Context,
  options: Partial<Extract<CreateRunInput, { kind: "noop" }>> = {},
): Promise<string> {
  const { id } = await createRun(ctx, CreateRun.parse({ kind: "noop", taskCount: 1, ...options }));
  const system: Context = { ...ctx, actor: { kind: "system", job: "test" } };
  await beginRun(system, id);
  await planWave(system, { runId: id, wave: 0 });
  return id;
}

/** A registered runner of the context's workspace, and the context it speaks in. */
export async function makeRunner(
  owner: Context & { workspaceId: string },
): Promise<{ ctx: Context; runner: RunnerRow }> {
  const ctx: Context = {
    ...owner,
    actor: { kind: "key", keyId: owner.newId("key"), workspaceId: owner.workspaceId, scopes: ["runner"] },
  };
  const { runnerId } = await registerRunner(ctx, {
    name: "test",
    kinds: [...taskKinds],
    labels: ["cpu"],
    codeVersion: "test",
  });
  return { ctx, runner: await seeRunner(ctx, runnerId) };
}
