import type { PageOf, PageQuery, Suite } from "@whetstone/schemas/api";
import { suites } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned, listOwned, toPage } from "../scope.ts";
import { toSuite } from "./to-suite.ts";

export async function getSuite(ctx: Context, id: string): Promise<Suite> {
  requireScope(ctx, "evaluations:read");
  return toSuite(await getOwned(ctx, suites, { what: "suite", id }));
}

export async function listSuites(ctx: Context, page: PageQuery): Promise<PageOf<Suite>> {
  requireScope(ctx, "evaluations:read");
  const { rows, hasMore } = await listOwned(ctx, suites, { page, kind: "suite" });
  return toPage(rows.map(toSuite), hasMore);
}
