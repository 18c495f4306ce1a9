import { streamImports, streams, uploads } from "@whetstone/schemas/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError } from "../errors.ts";
import { appendBatch } from "./append-batch.ts";
import { parseExperiences } from "./parse-experiences.ts";
import { type ArchivedTable, readTables } from "./read-archive.ts";
import type { StreamRow } from "./stream-row.ts";
import { toTimestamp } from "./take-experiences.ts";

export type ImportRow = typeof streamImports.$inferSelect;

const maxArchiveBytes = 32 * 1024 ** 2;
const pieceRows = 20_000;
const maxFailures = 50;

type Outcome = Pick<ImportRow, "fileCount" | "addedRows" | "knownRows" | "failures">;

/** Reads an uploaded log into its lifetime. Repeating it adds only what is missing. */
export async function importLog(ctx: Context, importId: string): Promise<void> {
  const [row] = await ctx.db.select().from(streamImports).where(isOpen(importId));
  if (!row) return;
  await ctx.db.update(streamImports).set({ status: "running", startedAt: ctx.now() }).where(isOpen(importId));
  try {
    const outcome = await read(ctx, row);
    const status = outcome.failures.length > 0 ? "failed" : "succeeded";
    const error = status === "failed" ? `${outcome.failures.length} of ${outcome.fileCount} files were refused` : null;
    await ctx.db
      .update(streamImports)
      .set({ ...outcome, failures: outcome.failures.slice(0, maxFailures), status, error, finishedAt: ctx.now() })
      .where(isOpen(importId));
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "storage_unavailable") throw error;
    await failImport(ctx, importId, error.message);
  }
}

export async function failImport(ctx: Context, importId: string, error: string): Promise<void> {
  await ctx.db.update(streamImports).set({ status: "failed", error, finishedAt: ctx.now() }).where(isOpen(importId));
}

const isOpen = (id: string) => and(eq(streamImports.id, id), inArray(streamImports.status, ["queued", "running"]));

async function read(ctx: Context, row: ImportRow): Promise<Outcome> {
  const mine = eq(uploads.workspaceId, row.workspaceId);
  const [[upload], [stream]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(uploads)
      .where(and(eq(uploads.id, row.uploadId), mine)),
    ctx.db.select().from(streams).where(eq(streams.id, row.streamId)),
  ]);
  if (!upload || !stream) throw new AppError("not_found", "the upload or the stream does not exist any more");
  if (upload.sizeBytes > maxArchiveBytes)
    throw new AppError(
      "payload_too_large",
      `${upload.filename} has ${upload.sizeBytes} bytes; the service unpacks up to ${maxArchiveBytes}, \`whetstone lifelong push\` sends folders of any size`,
    );
  const bytes = new Uint8Array(await ctx.storage.getRange(upload.key, { start: 0, end: upload.sizeBytes }));
  const tables = readTables(bytes);
  const outcome: Outcome = { fileCount: tables.length, addedRows: 0, knownRows: 0, failures: [] };
  for (const table of tables) {
    try {
      await addTable(ctx, { row, stream, table, outcome });
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "storage_unavailable") throw error;
      outcome.failures.push({ file: table.path.slice(-300), detail: error.fields[0]?.detail ?? error.message });
    }
  }
  return outcome;
}

interface Addition {
  row: ImportRow;
  stream: StreamRow;
  table: ArchivedTable;
  outcome: Outcome;
}

async function addTable(ctx: Context, { row, stream, table, outcome }: Addition): Promise<void> {
  const lines = new TextDecoder().decode(table.bytes).trimEnd().split(/\r?\n/);
  const [header = ""] = lines;
  const writer = `archive:${(await sha256Hex(table.path)).slice(0, 24)}`;
  for (let from = 1, sequence = 0; from === 1 || from < lines.length; from += pieceRows, sequence += 1) {
    const text = [header, ...lines.slice(from, from + pieceRows)].join("\n");
    const receipt = await appendBatch(ctx, {
      stream,
      lifetime: row.lifetime,
      role: row.role,
      writer,
      sequence,
      bodyHash: (await sha256Hex(text)).slice(0, 32),
      experiences: parseExperiences(text, {
        format: "tsv",
        firstLine: from + 1,
        metricsColumns: stream.metricsColumns,
        timestamp: toTimestamp(ctx.now()),
      }),
    });
    outcome[receipt.isRepeat ? "knownRows" : "addedRows"] += receipt.rowCount;
  }
}
