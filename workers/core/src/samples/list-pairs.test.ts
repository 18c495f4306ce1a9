import { expect, test } from "vitest";
import { makeVersion } from "../../test/layers.ts";
import { makeContext } from "../testing.ts";
import { listPairs } from "./list-pairs.ts";

const query = { limit: 3, order: "asc" } as const;

test("each sample stands beside itself in the other version, or alone where that lacks it", async () => {
  const ctx = await makeContext();
  const before = await makeVersion(ctx, {
    shards: [
      [0, 1],
      [2, 3],
    ],
  });
  const after = await makeVersion(ctx, { shards: [[3], [1, 4]], refined: (n) => n === 1 });

  const first = await listPairs(ctx, before.id, { ...query, with: after.id });
  const second = await listPairs(ctx, before.id, { ...query, with: after.id, after: first.last_id ?? "" });

  const told = [...first.data, ...second.data].map(({ sample, other }) => [
    Number.parseInt(sample.uid, 16),
    other?.uid,
  ]);
  expect(told.map(([n, other]) => [n, other === undefined ? null : Number.parseInt(String(other), 16)])).toEqual([
    [0, null],
    [1, 1],
    [2, null],
    [3, 3],
  ]);
  expect(first.data[1]?.sample.refinement).toBeNull();
  expect(first.data[1]?.other?.refinement).not.toBeNull();
  expect([first.has_more, second.has_more]).toEqual([true, false]);
});

test("a version of another workspace can't be looked into", async () => {
  const [ctx, stranger] = [await makeContext(), await makeContext()];
  const mine = await makeVersion(ctx, { shards: [[0]] });
  const theirs = await makeVersion(stranger, { shards: [[0]] });

  await expect(listPairs(ctx, mine.id, { ...query, with: theirs.id })).rejects.toMatchObject({ code: "not_found" });
});
