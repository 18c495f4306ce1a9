import {
  CreateReport,
  LifelongOptions,
  type LifetimeMetrics,
  type ReportModel,
  type Stream,
} from "@whetstone/schemas/api";
import { lifetimes, type ReportFile, reports, streams } from "@whetstone/schemas/db";
import { and, asc, between, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { notFound } from "../errors.ts";
import { reportFileKey } from "../object-keys.ts";
import { findExperts } from "../streams/find-experts.ts";
import { measureLifetime } from "../streams/measure-lifetime.ts";
import type { StreamRow } from "../streams/stream-row.ts";
import { describeModel } from "./describe-model.ts";
import type { MeasuredStream } from "./describe-stream.ts";
import { renderMail } from "./render-mail.ts";
import { writeUp } from "./write-up.ts";

const maxLifetimes = 200;

export interface ReportOrder {
  /** Making the report of an id again gives the report that is there. */
  id: string;
  workspaceId: string;
  scheduleId: string | null;
  query: CreateReport;
}

/** What a report says, as its `report.json` has it. */
export interface ReportDocument {
  id: string;
  name: string;
  createdAt: string;
  streams: { id: string; name: string; scenario: Stream["scenario"]; lifetimes: LifetimeMetrics[] }[];
  models: ReportModel[];
}

/** Computes a report, stores its files and then the row that names them. A job of the platform: the caller has been let in before. */
export async function makeReport(ctx: Context, order: ReportOrder): Promise<void> {
  const { id, workspaceId, scheduleId } = order;
  // What a schedule was made with may be older than the query's newest fields.
  const query = CreateReport.parse(order.query);
  const known = await ctx.db.query.reports.findFirst({ where: eq(reports.id, id) });
  if (known) return;
  const createdAt = ctx.now();
  const measured: ReportDocument["streams"] = [];
  const written: MeasuredStream[] = [];
  for (const streamId of query.streamIds) {
    const { stream, ...rest } = await measure(ctx, { order, streamId });
    measured.push(stream);
    written.push({ name: stream.name, ...rest });
  }
  const models: ReportModel[] = [];
  for (const ref of query.models) models.push(await describeModel(ctx, { workspaceId, ref }));
  const document = { id, name: query.name, createdAt: createdAt.toISOString(), streams: measured, models };
  const page = await writeUp(ctx, { createdAt, workspaceId, scheduleId, query, streams: written, models });

  const mail = renderMail(document, page.findings);
  const files = [
    await put(ctx, order, { name: "report.json", mediaType: "application/json", text: JSON.stringify(document) }),
    await put(ctx, order, { name: "mail.html", mediaType: "text/html; charset=utf-8", text: mail }),
  ];
  for (const file of page.files) files.push(await put(ctx, order, file));
  await ctx.db
    .insert(reports)
    .values({ id, workspaceId, scheduleId, name: query.name, query, files, createdAt })
    .onConflictDoNothing();
}

async function measure(
  ctx: Context,
  { order, streamId }: { order: ReportOrder; streamId: string },
): Promise<{ stream: ReportDocument["streams"][number] } & Omit<MeasuredStream, "name">> {
  const { workspaceId, query } = order;
  const [stream] = await ctx.db
    .select()
    .from(streams)
    .where(and(eq(streams.id, streamId), eq(streams.workspaceId, workspaceId)));
  if (!stream) throw notFound("stream", streamId);
  const options = toOptions(stream, query);
  const experts = await findExperts(ctx, stream);
  const learners = await ctx.db
    .select()
    .from(lifetimes)
    .where(
      and(
        eq(lifetimes.streamId, streamId),
        eq(lifetimes.role, "learner"),
        query.period && between(lifetimes.createdAt, new Date(query.period.from), new Date(query.period.to)),
      ),
    )
    .orderBy(asc(lifetimes.id))
    .limit(maxLifetimes);
  const measured: LifetimeMetrics[] = [];
  for (const lifetime of learners) measured.push(await measureLifetime(ctx, { lifetime, experts, options }));
  const { name, scenario } = stream;
  return { stream: { id: stream.id, name, scenario, lifetimes: measured }, learners, experts, options };
}

const toOptions = (stream: StreamRow, { options }: CreateReport): LifelongOptions =>
  LifelongOptions.parse({ ...options, perfMeasure: options.perfMeasure ?? stream.metricsColumns[0] });

/** Files are named by what they hold: a second try that finds other numbers leaves the first one's alone. */
async function put(
  ctx: Context,
  { id, workspaceId }: ReportOrder,
  { name, mediaType, text }: { name: string; mediaType: string; text: string },
): Promise<ReportFile> {
  const bytes = new TextEncoder().encode(text);
  const sha256 = await sha256Hex(bytes);
  const key = reportFileKey(workspaceId, { reportId: id, name: `${sha256.slice(0, 16)}/${name}` });
  await ctx.storage.putIfAbsent(key, bytes, mediaType);
  return { name, key, mediaType, sizeBytes: bytes.length, sha256 };
}
