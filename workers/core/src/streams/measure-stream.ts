import { LifelongOptions, type LifetimeMetrics, type MetricsQuery, type PageOf } from "@whetstone/schemas/api";
import { lifetimes } from "@whetstone/schemas/db";
import { and, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { listOwned, toPage } from "../scope.ts";
import { findExperts } from "./find-experts.ts";
import { measureLifetime } from "./measure-lifetime.ts";
import { lifetimeByName } from "./read-streams.ts";
import { type StreamRow, streamRow } from "./stream-row.ts";

/** Metrics of a stream's learners, a page of lifetimes at a time: looked up where nothing has changed, computed where something has. */
export async function measureStream(
  ctx: Context,
  streamId: string,
  query: MetricsQuery,
): Promise<PageOf<LifetimeMetrics>> {
  requireScope(ctx, "streams:read");
  const stream = await streamRow(ctx, streamId);
  const options = toOptions(stream, query);
  const { rows, hasMore } =
    query.lifetime === undefined
      ? await listOwned(ctx, lifetimes, {
          page: query,
          kind: "lifetime",
          where: and(eq(lifetimes.streamId, streamId), eq(lifetimes.role, "learner")),
        })
      : { rows: [await lifetimeByName(ctx, { streamId, name: query.lifetime })], hasMore: false };
  const experts = await findExperts(ctx, stream);
  const data: LifetimeMetrics[] = [];
  for (const lifetime of rows) data.push(await measureLifetime(ctx, { lifetime, experts, options }));
  return toPage(data, hasMore);
}

export function toOptions(stream: StreamRow, query: MetricsQuery): LifelongOptions {
  const { after: _, limit: __, order: ___, lifetime: ____, windowLength = null, ...rest } = query;
  const perfMeasure = query.perfMeasure ?? stream.metricsColumns[0] ?? "reward";
  if (!stream.metricsColumns.includes(perfMeasure))
    throw new AppError(
      "invalid_input",
      `stream ${stream.id} has no measure ${perfMeasure}; it has ${stream.metricsColumns.join(", ")}`,
      { fields: [{ pointer: "perfMeasure", code: "invalid_value", detail: "is no measure of the stream" }] },
    );
  return LifelongOptions.parse({ ...rest, windowLength, perfMeasure });
}
