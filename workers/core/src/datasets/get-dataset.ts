import type { Dataset } from "@whetstone/schemas/api";
import { datasets } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { toDataset } from "./to-dataset.ts";

export async function getDataset(ctx: Context, id: string): Promise<Dataset> {
  requireScope(ctx, "datasets:read");
  return toDataset(await getOwned(ctx, datasets, { what: "dataset", id }));
}
