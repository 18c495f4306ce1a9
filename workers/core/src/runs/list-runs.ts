import type { PageOf, PageQuery, Run } from "@whetstone/schemas/api";
import { runs } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { listOwned, toPage } from "../scope.ts";
import { toRuns } from "./get-run.ts";

export async function listRuns(ctx: Context, page: PageQuery): Promise<PageOf<Run>> {
  requireScope(ctx, "runs:read");
  const { rows, hasMore } = await listOwned(ctx, runs, { page, kind: "run" });
  return toPage(await toRuns(ctx, rows), hasMore);
}
