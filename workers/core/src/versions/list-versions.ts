import type { PageOf, PageQuery, Version } from "@whetstone/schemas/api";
import { versions } from "@whetstone/schemas/db";
import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { getDataset } from "../datasets/get-dataset.ts";
import { listOwned, toPage } from "../scope.ts";
import { toVersion } from "./get-version.ts";

/** Versions of a dataset; the newest first unless asked otherwise. */
export async function listVersions(ctx: Context, datasetId: string, page: PageQuery): Promise<PageOf<Version>> {
  const { id } = await getDataset(ctx, datasetId);
  const { rows, hasMore } = await listOwned(ctx, versions, {
    page,
    kind: "version",
    where: eq(versions.datasetId, id),
  });
  return toPage(rows.map(toVersion), hasMore);
}
