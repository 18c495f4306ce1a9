import { blocks, models, reports, uploads, versions } from "@whetstone/schemas/db";
import { and, eq, gt, isNotNull, or, sql } from "drizzle-orm";
import { alias, type SQLiteColumn } from "drizzle-orm/sqlite-core";
import { type Context } from "../context.ts";
import { inWorkspace } from "../scope.ts";

/** Bytes a workspace holds or has announced. Versions share their parents' files, so each counts for what it added. */
export async function storedBytes(ctx: Context): Promise<number> {
  const parents = alias(versions, "parents");
  const isKept = or(
    eq(uploads.status, "completed"),
    and(eq(uploads.status, "pending"), gt(uploads.expiresAt, ctx.now())),
  );
  const added = sql<number>`max(${versions.sizeBytes} - coalesce(${parents.sizeBytes}, 0), 0)`;
  const [[uploaded], [versioned], [trained], [lived], [reported]] = await ctx.db.batch([
    ctx.db
      .select({ bytes: sum(uploads.sizeBytes) })
      .from(uploads)
      .where(inWorkspace(ctx, uploads, isKept)),
    ctx.db
      .select({ bytes: sum(added) })
      .from(versions)
      .leftJoin(parents, eq(parents.id, versions.parentId))
      .where(inWorkspace(ctx, versions)),
    ctx.db
      .select({
        bytes: fileBytes(models.files),
      })
      .from(models)
      .where(inWorkspace(ctx, models, isNotNull(models.runId))),
    ctx.db
      .select({ bytes: fileBytes(blocks.files) })
      .from(blocks)
      .where(inWorkspace(ctx, blocks)),
    ctx.db
      .select({ bytes: fileBytes(reports.files) })
      .from(reports)
      .where(inWorkspace(ctx, reports)),
  ]);
  return [uploaded, versioned, trained, lived, reported].reduce((total, row) => total + (row?.bytes ?? 0), 0);
}

const sum = (value: unknown) => sql<number>`coalesce(sum(${value}), 0)`;
/** Of a column that lists files. */
const fileBytes = (files: SQLiteColumn) =>
  sql<number>`coalesce(sum((select sum(json_extract(value, '$.sizeBytes')) from json_each(${files}))), 0)`;
