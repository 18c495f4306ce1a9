import type { Model, PageOf, PageQuery } from "@whetstone/schemas/api";
import { models } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { listOwned, toPage } from "../scope.ts";
import { toModel } from "./to-model.ts";

export async function listModels(ctx: Context, page: PageQuery): Promise<PageOf<Model>> {
  requireScope(ctx, "models:read");
  const { rows, hasMore } = await listOwned(ctx, models, { page, kind: "model" });
  return toPage(rows.map(toModel), hasMore);
}
