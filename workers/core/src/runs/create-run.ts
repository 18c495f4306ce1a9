import type { CreateRun, Run } from "@whetstone/schemas/api";
import { evaluations, runs } from "@whetstone/schemas/db";
import { auditRow } from "../audit/audit-row.ts";
import { batch } from "../batch.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { chooseContamination } from "../evaluations/choose-contamination.ts";
import { openAccount, providerOf } from "../spending/open-account.ts";
import { checkReferences } from "./check-references.ts";
import { checkRunQuota } from "./check-run-quota.ts";
import { toRuns } from "./get-run.ts";
import { loadRun } from "./load-run.ts";
import { runEvent } from "./run-event.ts";
import { derivedId } from "./run-kind.ts";

/** Records a run, then starts it. A start that is lost leaves it queued, and the pipeline's tick starts it later. */
export async function createRun(ctx: Context, input: CreateRun): Promise<Run> {
  requireScope(ctx, input.kind === "evaluate" ? "evaluations:write" : "runs:write");
  const workspaceId = workspaceOf(ctx);
  await checkReferences(ctx, input);
  await checkRunQuota(ctx, workspaceId);
  const account = await openAccount(ctx, { provider: providerOf(input), budget: input.budget });

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
    ...account,
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
