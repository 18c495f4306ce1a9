import type { Sample, SampleHistory } from "@whetstone/schemas/api";
import { versions } from "@whetstone/schemas/db";
import { desc, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { inWorkspace } from "../scope.ts";
import { getDataset } from "../datasets/get-dataset.ts";
import { getSample } from "./get-sample.ts";

const maxVersions = 12;

/** A sample in the newest versions of its dataset, the oldest of them first. */
export async function getHistory(ctx: Context, datasetId: string, uid: string): Promise<SampleHistory> {
  const { id } = await getDataset(ctx, datasetId);
  const rows = await ctx.db
    .select({ versionId: versions.id, number: versions.number })
    .from(versions)
    .where(inWorkspace(ctx, versions, eq(versions.datasetId, id)))
    .orderBy(desc(versions.number))
    .limit(maxVersions);
  const data: SampleHistory["data"] = [];
  for (const row of rows.toReversed()) data.push({ ...row, sample: await findSample(ctx, row.versionId, uid) });
  return { object: "sample_history", data };
}

/** Null where the version lacks it, or is too large to be searched for it. */
async function findSample(ctx: Context, versionId: string, uid: string): Promise<Sample | null> {
  try {
    return await getSample(ctx, versionId, uid);
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid_input")) return null;
    throw error;
  }
}
