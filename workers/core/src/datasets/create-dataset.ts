import type { CreateDataset, Dataset } from "@whetstone/schemas/api";
import { datasets } from "@whetstone/schemas/db";
import { count } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope, workspaceOf } from "../context.ts";
import { AppError } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { isUniqueViolation } from "../unique-violation.ts";
import { workspaceRow } from "../workspaces/get-workspace.ts";
import { toDataset } from "./to-dataset.ts";

/** A named corpus, empty until an ingest run makes its first version. */
export async function createDataset(ctx: Context, input: CreateDataset): Promise<Dataset> {
  requireScope(ctx, "datasets:write");
  await checkQuota(ctx);
  const row = {
    ...input,
    id: ctx.newId("dataset"),
    workspaceId: workspaceOf(ctx),
    latestVersionId: null,
    createdAt: ctx.now(),
  };
  try {
    await ctx.db.batch([
      ctx.db.insert(datasets).values(row),
      auditRow(ctx, { action: "dataset.create", subjectId: row.id }),
    ]);
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError("conflict", `a dataset named ${input.name} exists already; choose another name`, {
        cause: error,
      });
    throw error;
  }
  return toDataset(row);
}

async function checkQuota(ctx: Context): Promise<void> {
  const { quotas } = await workspaceRow(ctx);
  const [row] = await ctx.db.select({ count: count() }).from(datasets).where(inWorkspace(ctx, datasets));
  if ((row?.count ?? 0) < quotas.maxDatasets) return;
  throw new AppError("quota_exceeded", `this workspace has its ${quotas.maxDatasets} datasets; ask for a higher quota`);
}
