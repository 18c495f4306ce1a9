import type { PageOf, PageQuery, Sample } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { slicePage, toCursorPage } from "./positions.ts";
import { readSamples } from "./read-samples.ts";

/** Samples of a version in the order of its shards. Reads the layers' rows only; image bytes stay in S3. */
export async function listSamples(ctx: Context, versionId: string, page: PageQuery): Promise<PageOf<Sample>> {
  const manifest = await getManifest(ctx, versionId);
  const { slices, hasMore } = slicePage(
    manifest.shards.map(({ sampleCount }) => sampleCount),
    page,
  );
  const data: Sample[] = [];
  for (const slice of slices) {
    const samples = await readSamples(ctx, manifest, slice);
    data.push(...(page.order === "asc" ? samples : samples.toReversed()));
  }
  return toCursorPage(data, hasMore);
}
