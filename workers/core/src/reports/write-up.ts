import {
  type CreateReport,
  LifelongOptions,
  ReportDocument,
  type ReportModel,
  type ReportSnapshot,
  type ReportSubject,
} from "@whetstone/schemas/api";
import { reports } from "@whetstone/schemas/db";
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { Context } from "../context.ts";
import {
  describeFindings,
  type Finding,
  loadReportRenderer,
  toCsv,
  toReportSubject,
  toSnapshot,
} from "../lifelong/index.ts";
import { describeStream, type MeasuredStream } from "./describe-stream.ts";

const historyLength = 12;
const maxDataBytes = 16 * 1024 ** 2;
export const dataFile = "data.json";

export interface WriteUp {
  createdAt: Date;
  workspaceId: string;
  scheduleId: string | null;
  query: CreateReport;
  streams: readonly MeasuredStream[];
  models: readonly ReportModel[];
}

export interface WrittenUp {
  /** In plain words, as on top of the page. */
  findings: Finding[];
  files: { name: string; mediaType: string; text: string }[];
}

/** A report's page, its data and its tables. None when nothing could be measured. */
export async function writeUp(ctx: Context, order: WriteUp): Promise<WrittenUp> {
  const { query, createdAt, streams } = order;
  const subjects: ReportSubject[] = [];
  for (const stream of streams) {
    const lifetimes = await describeStream(ctx, stream);
    if (lifetimes.length > 0) subjects.push(pickMetrics(toReportSubject(stream.name, lifetimes), query.metrics));
  }
  const models = order.models.filter(({ figures }) => figures.length > 0);
  if (subjects.length + models.length === 0) return { findings: [], files: [] };
  const document: ReportDocument = {
    title: query.name,
    createdAt: createdAt.toISOString(),
    period: query.period ?? null,
    options: streams[0]?.options ?? LifelongOptions.parse({}),
    subjects,
    models,
    history: await readHistory(ctx, order),
  };
  const render = await loadReportRenderer();
  // Through JSON, as it is kept, so that page and data say the same.
  const json = JSON.stringify(document);
  const kept = JSON.parse(json) as ReportDocument;
  const files = [
    { name: "report.html", mediaType: "text/html; charset=utf-8", text: render(kept) },
    { name: dataFile, mediaType: "application/json", text: json },
    { name: "report.csv", mediaType: "text/csv; charset=utf-8", text: toCsv(kept) },
  ];
  return { findings: describeFindings(kept), files };
}

function pickMetrics(subject: ReportSubject, metrics: readonly string[] | undefined): ReportSubject {
  if (!metrics) return subject;
  const means = Object.entries(subject.means).filter(([name]) => metrics.includes(name));
  return { ...subject, means: Object.fromEntries(means) };
}

/** Earlier reports of the same schedule, or by hand of the same name; oldest first. */
async function readHistory(ctx: Context, order: WriteUp): Promise<ReportSnapshot[]> {
  const { workspaceId, scheduleId, query, createdAt } = order;
  const isSame =
    scheduleId === null
      ? and(isNull(reports.scheduleId), eq(reports.name, query.name))
      : eq(reports.scheduleId, scheduleId);
  const rows = await ctx.db
    .select({ files: reports.files })
    .from(reports)
    .where(and(eq(reports.workspaceId, workspaceId), isSame, lt(reports.createdAt, createdAt)))
    .orderBy(desc(reports.id))
    .limit(historyLength);
  const history: ReportSnapshot[] = [];
  for (const { files } of rows) {
    const file = files.find(({ name }) => name === dataFile);
    if (!file) continue;
    const text = await ctx.storage.getText(file.key, { maxBytes: maxDataBytes });
    history.push(toSnapshot(ReportDocument.parse(JSON.parse(text))));
  }
  return history.toReversed();
}
