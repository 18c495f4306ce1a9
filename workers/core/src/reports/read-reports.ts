import type { PageOf, PageQuery, Report } from "@whetstone/schemas/api";
import { reports } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned, listOwned, toPage } from "../scope.ts";

const expiresSeconds = 3600;

/** A report with addresses to download its files from. */
export async function getReport(ctx: Context, id: string): Promise<Report> {
  requireScope(ctx, "reports:read");
  return toReport(ctx, await getOwned(ctx, reports, { what: "report", id }));
}

export async function listReports(ctx: Context, page: PageQuery): Promise<PageOf<Report>> {
  requireScope(ctx, "reports:read");
  const { rows, hasMore } = await listOwned(ctx, reports, { page, kind: "report" });
  return toPage(await Promise.all(rows.map((row) => toReport(ctx, row))), hasMore);
}

async function toReport(ctx: Context, row: typeof reports.$inferSelect): Promise<Report> {
  const files = row.files.map(async ({ key, ...file }) => ({
    ...file,
    url: await ctx.storage.presignGet(key, { expiresSeconds }),
  }));
  return {
    id: row.id,
    object: "report",
    name: row.name,
    scheduleId: row.scheduleId,
    query: row.query,
    files: await Promise.all(files),
    createdAt: row.createdAt.toISOString(),
  };
}
