import type { MetricsQuery, StreamCurves } from "@whetstone/schemas/api";
import { lifetimes } from "@whetstone/schemas/db";
import { and, desc, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { toReportSubject } from "../lifelong/index.ts";
import { describeStream } from "../reports/describe-stream.ts";
import { findExperts } from "./find-experts.ts";
import { toOptions } from "./measure-stream.ts";
import { streamRow } from "./stream-row.ts";

/** Curves are computed as they are asked for; a Worker's time and memory are short. */
const maxRows = 400_000;

/** What the charts of a stream are drawn from: as many of its latest learners as asked for, oldest first. */
export async function drawStream(ctx: Context, streamId: string, query: MetricsQuery): Promise<StreamCurves> {
  requireScope(ctx, "streams:read");
  const stream = await streamRow(ctx, streamId);
  const options = toOptions(stream, query);
  const isMeant = query.lifetime === undefined ? undefined : eq(lifetimes.name, query.lifetime);
  const latest = await ctx.db
    .select()
    .from(lifetimes)
    .where(and(eq(lifetimes.streamId, stream.id), eq(lifetimes.role, "learner"), isMeant))
    .orderBy(desc(lifetimes.id))
    .limit(query.limit);
  let rows = 0;
  const learners = latest.filter(({ rowCount }) => (rows += rowCount) <= maxRows).toReversed();

  const described = await describeStream(ctx, {
    name: stream.name,
    learners,
    experts: await findExperts(ctx, stream),
    options,
  });
  const reasonOf = (name: string) =>
    learners.some((learner) => learner.name === name)
      ? "its experiences give no metrics: look at the stream's metrics for the reason"
      : `more than ${maxRows} experiences together; \`whetstone lifelong compute\` measures any number`;
  return {
    object: "stream.curves",
    streamId: stream.id,
    options,
    subject: described.length > 0 ? toReportSubject(stream.name, described) : null,
    skipped: latest
      .filter(({ name }) => !described.some((one) => one.name === name))
      .map(({ name }) => ({ lifetime: name, reason: reasonOf(name) })),
  };
}
