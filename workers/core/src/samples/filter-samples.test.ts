import { beforeAll, expect, test } from "vitest";
import { makeVersion, uidOf } from "../../test/layers.ts";
import type { Context } from "../context.ts";
import { createReview } from "../reviews/create-review.ts";
import { listReviews } from "../reviews/list-reviews.ts";
import { undoReview } from "../reviews/undo-review.ts";
import { makeContext } from "../testing.ts";
import { getStatistics } from "./get-statistics.ts";
import { listSamples } from "./list-samples.ts";
import { trySelection } from "./try-selection.ts";

let ctx: Context & { workspaceId: string };
let id: string;

beforeAll(async () => {
  ctx = await makeContext();
  ({ id } = await makeVersion(ctx, {
    shards: [[0, 1, 2, 3, 4, 5, 6], [7], [8, 9, 10]],
    refined: (n) => n < 8 && n % 3 !== 1,
  }));
});

const numbersOf = (data: readonly { uid: string }[]) => data.map(({ uid }) => Number.parseInt(uid, 16));

test.each([
  ["imageBytes >= 105", {}, [5, 6, 7, 8, 9, 10]],
  ["not isRefined = true", {}, [1, 4, 7, 8, 9, 10]],
  ['label = "label 4" or text ~ "TEXT 9"', {}, [4, 9]],
  ["meta.n < 4", { sort: "imageBytes", order: "desc" }, [3, 2, 1, 0]],
  ["", { sort: "label", order: "asc", limit: 4 }, [0, 10, 2, 4]],
  ["", { order: "desc", limit: 3 }, [10, 9, 8]],
  ["width > 64", {}, []],
] as const)("%j %j keeps %j", async (filter, query, expected) => {
  const { data } = await listSamples(ctx, id, { filter, limit: 20, order: "asc", ...query });

  expect(numbersOf(data)).toEqual(expected);
});

test("pages of an order show each row once", async () => {
  const seen: number[] = [];
  let after: string | undefined;
  do {
    const query = { limit: 4, order: "desc", sort: "imageBytes", ...(after ? { after } : {}) } as const;
    const page = await listSamples(ctx, id, query);
    seen.push(...numbersOf(page.data));
    after = page.has_more ? (page.last_id ?? undefined) : undefined;
  } while (after);

  expect(seen).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test.each([
  [{ filter: "nonsense > 1" }, "filter:0-8"],
  [{ filter: "width >" }, "filter:7-7"],
])("%j is refused with its place", async (query, pointer) => {
  await expect(listSamples(ctx, id, { limit: 1, order: "asc", ...query })).rejects.toMatchObject({
    code: "invalid_input",
    fields: [{ pointer }],
  });
});

test("a text can't be sorted by", async () => {
  await expect(listSamples(ctx, id, { limit: 1, order: "asc", sort: "text" })).rejects.toMatchObject({
    code: "invalid_input",
  });
});

test("statistics tell what a column holds as a whole and among the kept", async () => {
  const { rowCount, matchedCount, columns } = await getStatistics(ctx, id, {
    filter: "isRefined = true",
    columns: "imageBytes,isRefined,label",
  });

  expect({ rowCount, matchedCount }).toEqual({ rowCount: 11, matchedCount: 5 });
  const [label, imageBytes, isRefined] = columns;
  expect(label).toMatchObject({ name: "label", present: 6, distinct: 6 });
  expect(imageBytes).toMatchObject({ min: 100, max: 110, mean: 105 });
  expect(imageBytes?.histogram?.counts).toHaveLength(11);
  expect(imageBytes?.matchedHistogram).toEqual([1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0]);
  expect(isRefined?.values).toEqual([
    { value: "false", count: 6, matched: 0 },
    { value: "true", count: 5, matched: 5 },
  ]);
});

test("a selection tells what each step does, and writes nothing", async () => {
  const query = { deduplicate: false, reviews: true, topOrder: "desc" } as const;

  const trial = await trySelection(ctx, id, {
    ...query,
    filter: 'imageBytes >= 103 and text ~ "text" and isRefined = true',
    topColumn: "imageBytes",
    topCount: 2,
  });

  expect(
    trial.steps.map(({ label, alone, survivors, removedByItAlone }) => [label, alone, survivors, removedByItAlone]),
  ).toEqual([
    ["imageBytes >= 103", 8, 8, 2],
    ['text ~ "text"', 11, 8, 0],
    ["isRefined = true", 5, 3, 5],
    ["the highest 2 by imageBytes", 2, 2, 1],
  ]);
  expect(trial.steps[0]?.curve?.[0]).toEqual({ value: 100, survivors: 5 });
  expect(trial.survivors).toBe(2);
  expect(numbersOf(trial.kept)).toEqual([5, 6]);
});

test("the latest review of a sample counts; taken back, the one before does", async () => {
  await createReview(ctx, id, { uid: uidOf(2), decision: "accepted" });
  const rejected = await createReview(ctx, id, { uid: uidOf(2), decision: "rejected" });
  await createReview(ctx, id, { uid: uidOf(3), decision: "edited", field: "text", value: "better" });
  const rejectedNow = async () =>
    numbersOf((await listSamples(ctx, id, { filter: 'review = "rejected"', limit: 20, order: "asc" })).data);

  expect(await rejectedNow()).toEqual([2]);
  const trial = await trySelection(ctx, id, { filter: "", deduplicate: false, reviews: true, topOrder: "desc" });
  expect(trial.survivors).toBe(10);
  expect((await listReviews(ctx, { versionId: id, uid: uidOf(2), limit: 5, order: "desc" })).data).toHaveLength(2);

  await undoReview(ctx, rejected.id);

  expect(await rejectedNow()).toEqual([]);
});

test("a sample that is not there can't be reviewed", async () => {
  await expect(createReview(ctx, id, { uid: uidOf(99), decision: "accepted" })).rejects.toMatchObject({
    code: "not_found",
  });
});
