import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskContext } from "@whetstone/runtime";
import { SearchVersionResult } from "@whetstone/schemas/tasks";
import { expect, it } from "vitest";
import { makeVersion, tinyClip } from "./evaluate/make-evaluation.ts";
import { createProfileShard } from "./profile-shard.ts";
import { createSearchVersion } from "./search-version.ts";

const { expected, folder } = tinyClip;
const half = { shard: 0, thumbnailPixels: 32, hasModel: true };

/** What a handler is lent, over files on disk. */
function lend<K extends "profile-shard" | "search-version">(
  files: ReadonlyMap<string, string>,
  params: TaskContext<K>["params"],
) {
  const written = new Map<string, string>();
  const context = {
    params,
    inputs: {
      names: [...files.keys()],
      has: (name: string) => files.has(name),
      sizeBytes: () => 0,
      drop: async () => undefined,
      path: async (name: string) => files.get(name) ?? Promise.reject(new Error(`no input ${name}`)),
    },
    write: async (name: string, source: string) => {
      written.set(name, source);
      return { name, sizeBytes: 0, sha256: "" };
    },
    progress: () => undefined,
    signal: new AbortController().signal,
    secret: () => undefined,
    log: () => undefined,
    workDir: mkdtempSync(join(folder, "work-")),
  };
  return { context: context as unknown as TaskContext<K>, written };
}

async function profile(hasRefined: boolean) {
  const version = await makeVersion({ hasRefined });
  const files = new Map([...version].map(([name, path]) => [name.replace("-0.", "."), path]));
  const { context, written } = lend<"profile-shard">(files, { ...half, hasRefined });
  await createProfileShard().run(context);
  const search = async (from: "embeddings" | "textEmbeddings", asked: { text?: string; row?: number }) => {
    const inputs = new Map([
      ...files,
      ["embeddings-0.f16", written.get(`${from}.f16`) ?? ""],
      ["like.f16", written.get("embeddings.f16") ?? ""],
    ]);
    const like = asked.row === undefined ? null : { row: asked.row, rowCount: 9 };
    const params = { text: asked.text ?? null, like, sampleCounts: [9], limit: 9 };
    const found = await createSearchVersion().run(lend<"search-version">(inputs, params).context);
    return SearchVersionResult.parse(found).hits;
  };
  return { written, search };
}

it("finds a text among the texts by its own words, and an image among the images by itself", async () => {
  const { search } = await profile(false);

  const [nearestText] = await search("textEmbeddings", { text: expected.texts[4] });
  const [nearestImage] = await search("embeddings", { row: 4 });

  expect(nearestText).toMatchObject({ score: expect.closeTo(1, 2) });
  expect(expected.texts[nearestText?.row ?? -1]).toBe(expected.texts[4]);
  expect(nearestImage).toMatchObject({ row: 4, score: expect.closeTo(1, 2) });
});

it("compares an image with texts as the score of a pair does", async () => {
  const { search } = await profile(false);

  const texts = await search("textEmbeddings", { row: 4 });
  const images = await search("embeddings", { text: expected.texts[4] });

  const pair = (hits: typeof texts) => hits.find(({ row }) => row === 4)?.score ?? Number.NaN;
  expect(pair(texts)).toBeCloseTo(pair(images), 2);
});

it("embeds d+ where a sample is refined, and the text as it came elsewhere", async () => {
  const [plain, refined] = [await profile(false), await profile(true)];

  const vectorsOf = ({ written }: typeof plain) => {
    const bytes = readFileSync(written.get("textEmbeddings.f16") ?? "");
    const width = bytes.length / 9;
    return Array.from({ length: 9 }, (_, row) => bytes.subarray(row * width, (row + 1) * width).toString("hex"));
  };

  const [before, after] = [vectorsOf(plain), vectorsOf(refined)];
  expect(before.map((vector, row) => vector === after[row])).toEqual(before.map((_, row) => row % 2 === 1));
});
