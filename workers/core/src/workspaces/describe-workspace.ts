import { settledRunStatuses, type WorkspaceDetails } from "@whetstone/schemas/api";
import { datasets, runs, schedules, streams } from "@whetstone/schemas/db";
import { notInArray } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { inWorkspace } from "../scope.ts";
import { storedBytes } from "../uploads/stored-bytes.ts";
import { workspaceRow } from "./get-workspace.ts";
import { toWorkspace } from "./to-workspace.ts";

/** The caller's own workspace, and how much of each quota it uses now. */
export async function describeWorkspace(ctx: Context): Promise<WorkspaceDetails> {
  requireScope(ctx, "workspace:read");
  const row = await workspaceRow(ctx);
  const isActive = notInArray(runs.status, [...settledRunStatuses]);
  const [activeRuns, stored, datasetCount, streamCount, scheduleCount] = await Promise.all([
    ctx.db.$count(runs, inWorkspace(ctx, runs, isActive)),
    storedBytes(ctx),
    ctx.db.$count(datasets, inWorkspace(ctx, datasets)),
    ctx.db.$count(streams, inWorkspace(ctx, streams)),
    ctx.db.$count(schedules, inWorkspace(ctx, schedules)),
  ]);
  const used = {
    maxActiveRuns: activeRuns,
    maxStoredBytes: stored,
    maxDatasets: datasetCount,
    maxStreams: streamCount,
    maxSchedules: scheduleCount,
  };
  return { ...toWorkspace(row), used };
}
