import type { PageOf, PairsQuery, Sample, SamplePair } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { openRows } from "../rows/open-rows.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { placeOf } from "./get-sample.ts";
import { listSamples, samplesAt } from "./list-samples.ts";

/** Samples of a version as `listSamples` pages them, each beside what it is in another version. */
export async function listPairs(
  ctx: Context,
  versionId: string,
  { with: otherId, ...query }: PairsQuery,
): Promise<PageOf<SamplePair>> {
  const page = await listSamples(ctx, versionId, query);
  const others = await openRows(ctx, await getManifest(ctx, otherId));
  const places = await Promise.all(page.data.map(({ uid }) => placeOf(others, uid)));
  const found = await samplesAt(
    ctx,
    others,
    places.filter((place) => place !== -1),
  );
  // Of a large version only the first half of a uid is compared, so what was found must say the whole.
  const otherOf = new Map<string, Sample>(found.map((sample) => [sample.uid, sample]));
  const data = page.data.map((sample) => ({
    object: "sample_pair" as const,
    cursor: sample.cursor,
    sample,
    other: otherOf.get(sample.uid) ?? null,
  }));
  return { ...page, data };
}
