import type { IdKind, PageQuery, PageOf } from "@whetstone/schemas/api";
import { idPrefixes } from "@whetstone/schemas/api";
import { and, asc, desc, eq, gt, lt, type SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { type Context, workspaceOf } from "./context.ts";
import { AppError, notFound } from "./errors.ts";

/** A table whose rows belong to a workspace. */
type OwnedTable = SQLiteTable & { id: SQLiteColumn; workspaceId: SQLiteColumn };
type RowOf<T extends SQLiteTable> = T["$inferSelect"];

/**
 * Rows of the caller's workspace that meet all conditions. Every question a caller asks goes through here, so another workspace's rows
 * are not merely refused but never seen.
 */
export function inWorkspace(ctx: Context, table: OwnedTable, ...conditions: (SQL | undefined)[]): SQL | undefined {
  return and(eq(table.workspaceId, workspaceOf(ctx)), ...conditions);
}

/** The caller's row, or the same `not_found` for an unknown id, a malformed one and another workspace's. */
export async function getOwned<T extends OwnedTable>(
  ctx: Context,
  table: T,
  { what, id }: { what: string; id: string },
): Promise<RowOf<T>> {
  const [row] = await ctx.db
    .select()
    .from(table as SQLiteTable)
    .where(inWorkspace(ctx, table, eq(table.id, id)))
    .limit(1);
  if (!row) throw notFound(what, id);
  return row;
}

export interface Listing {
  page: PageQuery;
  kind: IdKind;
  where?: SQL | undefined;
}

/** A page of the caller's rows, by id and so by time. */
export function listOwned<T extends OwnedTable>(ctx: Context, table: T, listing: Listing): Promise<Rows<T>> {
  return listRows(ctx, table, { ...listing, where: inWorkspace(ctx, table, listing.where) });
}

export interface Rows<T extends SQLiteTable> {
  rows: RowOf<T>[];
  hasMore: boolean;
}

/** Keyset paging over any table with an id; scoping is the caller's. Ask through `listOwned` unless the rows have no workspace. */
export async function listRows<T extends SQLiteTable & { id: SQLiteColumn }>(
  ctx: Context,
  table: T,
  { page, kind, where }: Listing,
): Promise<Rows<T>> {
  const rows = (await ctx.db
    .select()
    .from(table as SQLiteTable)
    .where(and(where, afterCursor(table.id, page, kind)))
    .orderBy(page.order === "asc" ? asc(table.id) : desc(table.id))
    .limit(page.limit + 1)) as RowOf<T>[];
  return { rows: rows.slice(0, page.limit), hasMore: rows.length > page.limit };
}

/** Rows beyond the cursor. A cursor is an id of the listed kind; it need not exist any more. */
export function afterCursor(column: SQLiteColumn, { after, order }: PageQuery, kind: IdKind): SQL | undefined {
  if (after === undefined) return undefined;
  if (!new RegExp(`^${idPrefixes[kind]}_[0-9a-z_]{1,64}$`).test(after)) {
    throw new AppError(
      "invalid_cursor",
      `after must be the last_id of the page before, an id that starts with ${idPrefixes[kind]}_`,
    );
  }
  return order === "asc" ? gt(column, after) : lt(column, after);
}

/** Wraps a page of items as lists travel. */
export function toPage<T extends { id: string }>(data: T[], hasMore: boolean): PageOf<T> {
  return { object: "list", data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: hasMore };
}
