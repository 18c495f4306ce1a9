import type { CreateStreamImport, PageOf, PageQuery, StreamImport } from "@whetstone/schemas/api";
import { streamImports } from "@whetstone/schemas/db";
import { and, asc, eq, inArray, isNull, lt, or } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getOwned, listOwned, toPage } from "../scope.ts";
import { uploadRow } from "../uploads/get-upload.ts";
import type { ImportRow } from "./import-log.ts";
import { streamRow } from "./stream-row.ts";

const perTick = 50;
/** An import that was taken up so long ago and has not ended may have lost its workflow. */
const quietMs = 20 * 60_000;

/** Sets out to read an uploaded log folder into a lifetime. */
export async function createImport(
  ctx: Context,
  { streamId, uploadId, lifetime, role }: CreateStreamImport & { streamId: string },
): Promise<StreamImport> {
  requireScope(ctx, "streams:write");
  const stream = await streamRow(ctx, streamId);
  const upload = await uploadRow(ctx, uploadId);
  if (upload.status !== "completed")
    throw new AppError("upload_not_ready", `upload ${uploadId} is ${upload.status}; complete it first`);
  const row = {
    id: ctx.newId("streamImport"),
    workspaceId: stream.workspaceId,
    streamId,
    uploadId,
    lifetime,
    role,
    status: "queued" as const,
    fileCount: 0,
    addedRows: 0,
    knownRows: 0,
    failures: [],
    error: null,
    createdAt: ctx.now(),
    startedAt: null,
    finishedAt: null,
  };
  await ctx.db.batch([
    ctx.db.insert(streamImports).values(row),
    auditRow(ctx, { action: "stream_import.create", subjectId: row.id }),
  ]);
  await ctx.pipeline.importLog(row.id).catch(() => undefined);
  return toImport(row);
}

export async function getImport(ctx: Context, id: string): Promise<StreamImport> {
  requireScope(ctx, "streams:read");
  return toImport(await getOwned(ctx, streamImports, { what: "stream import", id }));
}

export async function listImports(ctx: Context, streamId: string, page: PageQuery): Promise<PageOf<StreamImport>> {
  requireScope(ctx, "streams:read");
  const { id } = await streamRow(ctx, streamId);
  const { rows, hasMore } = await listOwned(ctx, streamImports, {
    page,
    kind: "streamImport",
    where: eq(streamImports.streamId, id),
  });
  return toPage(rows.map(toImport), hasMore);
}

/** Imports whose workflow should be started, or looked after. A job of the platform. */
export async function findOpenImports(ctx: Context): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: streamImports.id })
    .from(streamImports)
    .where(
      and(
        inArray(streamImports.status, ["queued", "running"]),
        or(isNull(streamImports.startedAt), lt(streamImports.startedAt, new Date(ctx.now().getTime() - quietMs))),
      ),
    )
    .orderBy(asc(streamImports.id))
    .limit(perTick);
  return rows.map(({ id }) => id);
}

function toImport(row: ImportRow): StreamImport {
  const { workspaceId: _, startedAt: __, createdAt, finishedAt, ...rest } = row;
  return {
    ...rest,
    object: "stream.import",
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
