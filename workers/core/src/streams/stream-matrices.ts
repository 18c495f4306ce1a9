import type { PageOf, PageQuery, StreamMatrix } from "@whetstone/schemas/api";
import { streamMatrices } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import { auditRow } from "../audit/audit-row.ts";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { LifelongError } from "../lifelong/index.ts";
import { measureMatrix, parseMatrixCsv, parseMatrixJson } from "../lifelong/matrix/index.ts";
import { listOwned, toPage } from "../scope.ts";
import { streamRow } from "./stream-row.ts";

const maxLength = 500_000;

export interface NewMatrix {
  streamId: string;
  lifetime: string;
  format: "csv" | "json";
  text: string;
}

/** Keeps an accuracy matrix with a stream, and answers its metrics. */
export async function addMatrix(ctx: Context, { streamId, lifetime, format, text }: NewMatrix): Promise<StreamMatrix> {
  requireScope(ctx, "streams:write");
  const stream = await streamRow(ctx, streamId);
  const matrix = parse(text, format);
  if (JSON.stringify(matrix).length > maxLength)
    throw new AppError("payload_too_large", `the matrix is larger than ${maxLength} characters`);
  const row = {
    id: ctx.newId("matrix"),
    workspaceId: stream.workspaceId,
    streamId,
    lifetime,
    matrix,
    createdAt: ctx.now(),
  };
  await ctx.db.batch([
    ctx.db.insert(streamMatrices).values(row),
    auditRow(ctx, { action: "matrix.create", subjectId: row.id }),
  ]);
  return toMatrix(row);
}

export async function listMatrices(ctx: Context, streamId: string, page: PageQuery): Promise<PageOf<StreamMatrix>> {
  requireScope(ctx, "streams:read");
  const { id } = await streamRow(ctx, streamId);
  const { rows, hasMore } = await listOwned(ctx, streamMatrices, {
    page,
    kind: "matrix",
    where: eq(streamMatrices.streamId, id),
  });
  return toPage(rows.map(toMatrix), hasMore);
}

function parse(text: string, format: NewMatrix["format"]): StreamMatrix["matrix"] {
  try {
    // Absent members go: the column is JSON.
    return JSON.parse(
      JSON.stringify(format === "csv" ? parseMatrixCsv(text, "the body") : parseMatrixJson(text, "the body")),
    ) as StreamMatrix["matrix"];
  } catch (error) {
    if (!(error instanceof LifelongError)) throw error;
    throw new AppError("invalid_input", error.message, { cause: error });
  }
}

function toMatrix(matrix: typeof streamMatrices.$inferSelect): StreamMatrix {
  const { workspaceId: _, createdAt, ...row } = matrix;
  return {
    ...row,
    object: "accuracy_matrix",
    metrics: measureMatrix(row.matrix),
    createdAt: createdAt.toISOString(),
  };
}
