import type { Dataset, PageOf, PageQuery } from "@whetstone/schemas/api";
import { datasets } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { listOwned, toPage } from "../scope.ts";
import { toDataset } from "./to-dataset.ts";

export async function listDatasets(ctx: Context, page: PageQuery): Promise<PageOf<Dataset>> {
  requireScope(ctx, "datasets:read");
  const { rows, hasMore } = await listOwned(ctx, datasets, { page, kind: "dataset" });
  return toPage(rows.map(toDataset), hasMore);
}
