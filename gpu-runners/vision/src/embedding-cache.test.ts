import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createCachedEmbedder } from "./cached-embedder.ts";
import { openEmbeddingCache } from "./embedding-cache.ts";

const root = mkdtempSync(join(tmpdir(), "embeddings-"));
afterAll(() => rmSync(root, { recursive: true }));
const makeFolder = () => mkdtempSync(join(root, "cache-"));
const hashOf = (text: string) => createHash("sha256").update(text).digest();
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Embeds texts as their lengths, and counts what it was asked. */
async function open(folder: string, key = "model") {
  const cache = openEmbeddingCache(folder, 1e6);
  const store = await cache.open([key], 2);
  const asked: string[][] = [];
  const counts = { embedded: 0, hits: 0 };
  const embed = createCachedEmbedder<string>(
    async (texts) => {
      asked.push(texts);
      return { data: Float32Array.from(texts.flatMap((text) => [text.length, 1])), count: texts.length, dim: 2 };
    },
    store,
    { dim: 2, onCount: ({ embedded, hits }) => ((counts.embedded += embedded), (counts.hits += hits)) },
  );
  return { cache, store, embed, asked, counts };
}

it("embeds each different item once, also over restarts, and gives the same numbers in the same order", async () => {
  const folder = makeFolder();
  const first = await open(folder);
  const before = await first.embed(["a", "bbb", "a"]);
  await first.store.close();

  const second = await open(folder);
  const after = await second.embed(["bbb", "cc", "a"]);
  await second.store.close();

  expect(first.asked).toEqual([["a", "bbb"]]);
  expect([...before.data]).toEqual([1, 1, 3, 1, 1, 1]);
  expect(second.asked).toEqual([["cc"]]);
  expect([...after.data]).toEqual([3, 1, 2, 1, 1, 1]);
  expect(second.counts).toEqual({ embedded: 1, hits: 2 });
});

it("keeps what another model or preprocessing made apart", async () => {
  const folder = makeFolder();
  const one = await open(folder, "one");
  await one.embed(["a"]);
  const two = await open(folder, "two");

  await two.embed(["a"]);

  expect(two.asked).toEqual([["a"]]);
  await Promise.all([one.store.close(), two.store.close()]);
});

it("is written by several at once, and read past a torn last record", async () => {
  const folder = makeFolder();
  const [one, two] = [await open(folder), await open(folder)];
  await Promise.all([one.embed(["a"]), one.embed(["bb"]), two.embed(["ccc"])]);
  await Promise.all([one.store.close(), two.store.close()]);
  for (const file of filesIn(folder)) appendFileSync(file, Buffer.alloc(39, 7));

  const later = await open(folder);
  const { data } = await later.embed(["a", "bb", "ccc"]);
  await later.store.close();

  expect(later.asked).toEqual([]);
  expect([...data]).toEqual([1, 1, 2, 1, 3, 1]);
});

it("stays under its bound: what was used longest ago goes first", async () => {
  const folder = makeFolder();
  for (const [i, key] of ["old", "new"].entries()) {
    const { embed, store } = await open(folder, key);
    const known = new Set(filesIn(folder));
    await embed(["a", "bb"]);
    await store.close();
    for (const file of filesIn(folder)) if (!known.has(file)) utimesSync(file, i + 1, i + 1);
  }

  await openEmbeddingCache(folder, 100).sweep();

  const [old, fresh] = [await open(folder, "old"), await open(folder, "new")];
  expect(await old.store.find(hashOf("a"))).toBeUndefined();
  expect(await fresh.store.find(hashOf("a"))).toEqual(Float32Array.of(1, 1));
  await Promise.all([old.store.close(), fresh.store.close()]);
});
