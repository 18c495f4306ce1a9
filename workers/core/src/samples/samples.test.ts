import { beforeAll, expect, test } from "vitest";
import { makeVersion, refinedRow, uidOf } from "../../test/layers.ts";
import type { Context } from "../context.ts";
import { makeContext } from "../testing.ts";
import { getSample } from "./get-sample.ts";
import { listRejects } from "./list-rejects.ts";
import { listSamples } from "./list-samples.ts";

const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
let ctx: Context & { workspaceId: string };
let version: Awaited<ReturnType<typeof makeVersion>>;

beforeAll(async () => {
  ctx = await makeContext();
  version = await makeVersion(ctx, {
    shards: [[0, 1, 2, 3, 4, 5, 6], [7], [8, 9, 10]],
    refined: (n) => n < 8 && n % 3 !== 1,
    rejects: [[0, 1], [2]],
  });
});

/** Reads to the end in pages of `limit`. */
async function pages<T extends { cursor: string }>(
  read: (after: string | undefined) => Promise<{ data: T[]; last_id: string | null; has_more: boolean }>,
): Promise<T[][]> {
  const seen: T[][] = [];
  for (let after: string | undefined; ;) {
    const page = await read(after);
    seen.push(page.data);
    if (!page.has_more || seen.length > 50) return seen;
    after = page.last_id ?? undefined;
  }
}

test.each([
  { order: "asc", limit: 4, sizes: [4, 4, 3] },
  { order: "desc", limit: 4, sizes: [4, 4, 3] },
  { order: "asc", limit: 11, sizes: [11] },
  { order: "desc", limit: 100, sizes: [11] },
] as const)(
  "pages of $limit, $order, show each sample once and in order, across shards",
  async ({ order, limit, sizes }) => {
    const seen = await pages((after) => listSamples(ctx, version.id, { limit, order, ...(after ? { after } : {}) }));

    expect(seen.map((page) => page.length)).toEqual(sizes);
    expect(seen.flat().map(({ uid }) => uid)).toEqual((order === "asc" ? all : all.toReversed()).map(uidOf));
  },
);

test("a sample carries its texts, its refinement with provenance, and where its bytes lie", async () => {
  const { data } = await listSamples(ctx, version.id, { limit: 6, order: "asc" });
  const sample = data[5];

  const { positiveDescription, negativeDescription, positiveTags, negativeTags } = refinedRow(5);
  expect(sample).toMatchObject({
    text: "text 5 ö",
    label: null,
    metadata: { n: 5 },
    refinement: { positiveDescription, negativeDescription, positiveTags, negativeTags },
    provenance: { refiner: "emoji-refiner", runId: version.manifest.runId, latencyMs: 1.5 },
    image: { range: "bytes=5512-5616", mediaType: "image/png", sizeBytes: 105, width: 64, height: 48 },
  });
  expect(data[4]).toMatchObject({ label: "label 4", refinement: null, provenance: null });
});

test("an image link is a presigned address of the shard that takes the Range header", async () => {
  const { data } = await listSamples(ctx, version.id, { limit: 1, order: "asc" });

  const response = await fetch(data[0]?.image.url ?? "", { headers: { range: "bytes=0-2" } });

  expect({ status: response.status, text: await response.text() }).toEqual({ status: 206, text: "tar" });
});

test.each(["nonsense", "row_zz", "row_-1", "ds_1"])("%j is no cursor of this list", async (after) => {
  await expect(listSamples(ctx, version.id, { after, limit: 1, order: "asc" })).rejects.toMatchObject({
    code: "invalid_cursor",
  });
});

test.each([0, 7, 10])("sample %i is found by its uid, in whichever shard", async (n) => {
  expect(await getSample(ctx, version.id, uidOf(n))).toMatchObject({ uid: uidOf(n), text: `text ${n} ö` });
});

test("a uid that is not in the version does not exist", async () => {
  await expect(getSample(ctx, version.id, uidOf(99))).rejects.toMatchObject({ code: "not_found" });
});

test("rejects are paged over all their files", async () => {
  const seen = await pages((after) =>
    listRejects(ctx, version.id, { limit: 2, order: "asc", ...(after ? { after } : {}) }),
  );

  expect(seen.flat()).toMatchObject([
    { source: "bad-0" },
    { source: "bad-1" },
    { source: "bad-2", uid: null, code: "image_undecodable" },
  ]);
});

test("a version without samples is an empty page", async () => {
  const empty = await makeVersion(ctx, { shards: [] });

  expect(await listSamples(ctx, empty.id, { limit: 5, order: "asc" })).toEqual({
    object: "list",
    data: [],
    first_id: null,
    last_id: null,
    has_more: false,
  });
});
