import type { CreateLoop, Loop } from "@whetstone/schemas/api";
import { loops, runs } from "@whetstone/schemas/db";
import { batch } from "../batch.ts";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { findMethod } from "../methods/index.ts";
import { checkRunQuota } from "../runs/check-run-quota.ts";
import { runEvent } from "../runs/run-event.ts";
import { openAccount } from "../spending/open-account.ts";
import { priceLoopBudget } from "../spending/price-loop-budget.ts";
import { createStream } from "../streams/create-stream.ts";
import { checkEntry } from "../streams/check-entry.ts";
import { nothingSpent } from "./budget.ts";
import { checkRequest } from "./check-request.ts";
import { getLoop } from "./read-loops.ts";
import { startSlots } from "./weights-of-source.ts";

/** Records a loop with its run, then starts it; impossible parameters, foreign references and a judge that isn't one are refused first. */
export async function createLoop(ctx: Context, input: CreateLoop): Promise<Loop> {
  requireScope(ctx, "runs:write");
  const workspaceId = workspaceOf(ctx);
  const method = findMethod(input.method);
  const parameters = method.parse(input.parameters);
  await checkRequest(ctx, { input, method, parameters });
  const start = await startSlots(ctx, input);
  await checkRunQuota(ctx, workspaceId);
  if (input.streamId !== undefined)
    await checkEntry(ctx, { streamId: input.streamId, lifetime: "main", taskName: input.measure.split });
  const streamId = input.streamId ?? (await makeStream(ctx, input.name));

  const account = await openAccount(ctx, {});
  const request = { ...input, budget: priceLoopBudget(input.budget, account.prices) };
  const runId = ctx.newId("run");
  const id = `loop_${runId.slice(runId.indexOf("_") + 1)}`;
  const createdAt = ctx.now();
  const { name, seed, maxAttempts } = input;
  await batch(ctx, [
    ctx.db.insert(runs).values({
      id: runId,
      workspaceId,
      kind: "loop",
      name,
      status: "queued",
      params: { kind: "loop", name, seed, maxAttempts, tolerateFailedTasks: 0, loopId: id },
      ...account,
      createdAt,
    }),
    ctx.db.insert(loops).values({
      id,
      workspaceId,
      runId,
      streamId,
      name,
      method: input.method,
      parameters,
      request,
      start,
      spent: nothingSpent,
      createdAt,
    }),
    runEvent(ctx, { runId, type: "run.queued" }),
    auditRow(ctx, { action: "loop.create", subjectId: id }),
  ]);
  await ctx.pipeline.start(runId).catch(() => undefined);
  return getLoop(asJob(ctx), id);
}

/** Who may make a loop may see it. */
function asJob(ctx: Context): Context {
  if (ctx.actor.kind !== "key") return ctx;
  return { ...ctx, actor: { ...ctx.actor, scopes: [...ctx.actor.scopes, "runs:read", "streams:write"] } };
}

const makeStream = async (ctx: Context, name: string): Promise<string> => {
  const stream = {
    name: name.slice(0, 100),
    scenario: { complexity: null, difficulty: null, scenarioType: null },
    metricsColumns: ["performance"],
    expertStreamIds: [],
  };
  return (await createStream(asJob(ctx), stream)).id;
};
