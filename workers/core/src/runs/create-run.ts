import type { CreateRun, Run } from "@whetstone/schemas/api";
import { evaluations, runs, workspaces } from "@whetstone/schemas/db";
import { and, eq, inArray, sql } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { batch } from "../batch.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { chooseContamination } from "../evaluations/choose-contamination.ts";
import { checkReferences } from "./check-references.ts";
import { toRuns } from "./get-run.ts";
import { loadRun } from "./load-run.ts";
import { runEvent } from "./run-event.ts";
import { derivedId } from "./run-kind.ts";

/** Records a run, then starts it. A start that is lost leaves it queued, and the pipeline's tick starts it later. */
export async function createRun(ctx: Context, input: CreateRun): Promise<Run> {
  requireScope(ctx, input.kind === "evaluate" ? "evaluations:write" : "runs:write");
  const workspaceId = workspaceOf(ctx);
  await checkReferences(ctx, input);
  await checkQuota(ctx, workspaceId);

  const id = ctx.newId("run");
  const createdAt = ctx.now();
  const params = input.kind === "evaluate" ? await chooseContamination(ctx, input) : input;
  const run = ctx.db.insert(runs).values({
    id,
    workspaceId,
    kind: input.kind,
    name: input.name ?? null,
    status: "queued",
    params,
    createdAt,
  });
  const evaluation =
    params.kind === "evaluate"
      ? [
          ctx.db.insert(evaluations).values({
            id: derivedId("eval", id),
            workspaceId,
            runId: id,
            modelId: params.modelId,
            versionId: params.versionId ?? null,
            suiteId: params.suiteId ?? null,
            tasks: params.tasks ?? [],
            contaminationAgainst: params.contamination?.against ?? null,
            metadata: params.metadata ?? {},
            createdAt,
          }),
        ]
      : [];
  await batch(ctx, [
    run,
    ...evaluation,
    runEvent(ctx, { runId: id, type: "run.queued" }),
    auditRow(ctx, { action: "run.create", subjectId: id }),
  ]);

  await ctx.pipeline.start(id).catch(() => undefined);
  const [created] = await toRuns(ctx, [await loadRun(ctx, id)]);
  if (!created) throw new Error(`run ${id} was not written`);
  return created;
}

async function checkQuota(ctx: Context, workspaceId: string): Promise<void> {
  const [[workspace], [active]] = await ctx.db.batch([
    ctx.db.select({ quotas: workspaces.quotas }).from(workspaces).where(eq(workspaces.id, workspaceId)),
    ctx.db
      .select({ count: sql<number>`count(*)` })
      .from(runs)
      .where(and(eq(runs.workspaceId, workspaceId), inArray(runs.status, ["queued", "running", "cancelling"]))),
  ]);
  const limit = workspace?.quotas.maxActiveRuns ?? 0;
  if ((active?.count ?? 0) >= limit)
    throw new AppError(
      "quota_exceeded",
      `${limit} runs of this workspace are active already; wait for one to end or cancel one`,
    );
}
