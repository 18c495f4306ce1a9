import type { LifelongOptions, ReportLifetime } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import {
  computeMetrics,
  type ExpertLog,
  intervalsWithinLifetime,
  LifelongError,
  toReportLifetime,
} from "../lifelong/index.ts";
import { readLogTable } from "../streams/read-log-table.ts";
import type { LifetimeRow } from "../streams/stream-row.ts";

/** Intervals of a single lifetime repeat its whole computation; a Worker's time is short. */
const resamples = 60;
const maxRowsForIntervals = 5_000;
/** A Worker has 128 MiB. */
const maxRows = 400_000;
export interface MeasuredStream {
  name: string;
  learners: readonly LifetimeRow[];
  experts: readonly LifetimeRow[];
  options: LifelongOptions;
}

/** Curves and metrics of a stream's learners; a learner that can't be measured is left out. */
export async function describeStream(
  ctx: Context,
  { learners, experts, options }: MeasuredStream,
): Promise<ReportLifetime[]> {
  const expertRows = experts.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const logs: ExpertLog[] = [];
  if (expertRows <= maxRows)
    for (const expert of experts)
      logs.push({ name: expert.name, table: await readLogTable(ctx, expert, options.perfMeasure) });
  const described: ReportLifetime[] = [];
  for (const lifetime of learners) {
    if (lifetime.rowCount + expertRows > maxRows) continue;
    try {
      const result = computeMetrics(
        { table: await readLogTable(ctx, lifetime, options.perfMeasure), experts: logs },
        options,
      );
      const isSmall = learners.length === 1 && lifetime.rowCount <= maxRowsForIntervals;
      const intervals = isSmall ? intervalsWithinLifetime(result, logs, { resamples }) : {};
      described.push(toReportLifetime(lifetime.name, result, intervals));
    } catch (error) {
      // The report's own data say why a lifetime has no metrics.
      if (!(error instanceof LifelongError) && !(error instanceof AppError && error.code === "conflict")) throw error;
    }
  }
  return described;
}
