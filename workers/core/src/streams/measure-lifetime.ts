import type { LifelongOptions, LifetimeMetrics } from "@whetstone/schemas/api";
import { metricResults, streams } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError } from "../errors.ts";
import { computeMetrics, type ExpertLog, LifelongError, toMetricsDocument } from "../lifelong/index.ts";
import { readLogTable } from "./read-log-table.ts";
import type { LifetimeRow } from "./stream-row.ts";

/** Of the code that computes: raise it when the same experiences may give other numbers. */
const codeVersion = "lifelong-1";
/** A Worker has 128 MiB; the command line has no such bound. */
const maxRows = 400_000;
/** D1 takes two megabytes a row. */
const maxKeptLength = 600_000;

export interface Measuring {
  lifetime: LifetimeRow;
  /** All there are; those that can't be used are named in the metrics' warnings. */
  experts: readonly LifetimeRow[];
  options: LifelongOptions;
}

/** A lifetime's metrics at its present revision, kept under a key of all they depend on: experiences, experts, options, code. */
export async function measureLifetime(ctx: Context, measuring: Measuring): Promise<LifetimeMetrics> {
  const { lifetime, options } = measuring;
  const experts = Object.fromEntries(measuring.experts.map(({ id, revision }) => [id, revision]));
  const key = JSON.stringify([lifetime.id, lifetime.revision, experts, options, codeVersion]);
  const id = `met_${(await sha256Hex(key)).slice(0, 32)}`;
  const [kept] = await ctx.db.select().from(metricResults).where(eq(metricResults.id, id));
  const common = {
    id: lifetime.id,
    object: "lifetime.metrics",
    streamId: lifetime.streamId,
    lifetime: lifetime.name,
    revision: lifetime.revision,
    options,
    codeVersion,
    experts,
  } as const;
  if (kept) return { ...common, metrics: kept.metrics, error: null, createdAt: kept.createdAt.toISOString() };

  const createdAt = ctx.now();
  try {
    // Through JSON, as it is kept: a value that is none is null, the first time as later.
    const text = JSON.stringify(await compute(ctx, measuring));
    const metrics = JSON.parse(text) as Record<string, unknown>;
    const row = { id, workspaceId: lifetime.workspaceId, lifetimeId: lifetime.id, revision: lifetime.revision };
    if (text.length <= maxKeptLength)
      await ctx.db
        .insert(metricResults)
        .values({ ...row, options, codeVersion, experts, metrics, createdAt })
        .onConflictDoNothing();
    return { ...common, metrics, error: null, createdAt: createdAt.toISOString() };
  } catch (error) {
    if (!(error instanceof LifelongError) && !(error instanceof AppError && error.code === "conflict")) throw error;
    return { ...common, metrics: null, error: error.message, createdAt: createdAt.toISOString() };
  }
}

async function compute(ctx: Context, { lifetime, experts, options }: Measuring): Promise<Record<string, unknown>> {
  const rowCount = [lifetime, ...experts].reduce((sum, each) => sum + each.rowCount, 0);
  if (rowCount > maxRows)
    throw new AppError(
      "payload_too_large",
      `lifetime ${lifetime.name} and its experts have ${rowCount} experiences; the service computes up to ${maxRows}, \`whetstone lifelong compute\` any number`,
    );
  const table = await readLogTable(ctx, lifetime, options.perfMeasure);
  const logs: ExpertLog[] = [];
  for (const expert of experts)
    logs.push({ name: expert.name, table: await readLogTable(ctx, expert, options.perfMeasure) });
  const result = computeMetrics({ table, experts: logs }, options);
  const [stream] = await ctx.db
    .select({ scenario: streams.scenario })
    .from(streams)
    .where(eq(streams.id, lifetime.streamId));
  const { complexity, difficulty, scenarioType } = stream?.scenario ?? {};
  return toMetricsDocument(result, {
    runId: lifetime.name,
    scenario: { complexity: complexity ?? "", difficulty: difficulty ?? "", scenarioType: scenarioType ?? "" },
  });
}
