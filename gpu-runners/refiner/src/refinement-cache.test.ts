import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { goodAnswer } from "./make-endpoint.ts";
import { openRefinementCache } from "./refinement-cache.ts";

const home = mkdtempSync(join(tmpdir(), "cache-"));
afterAll(() => rmSync(home, { recursive: true }));
const makeFolder = () => mkdtempSync(join(home, "c-"));
const key = { imageSha256: "a".repeat(64), text: "t", modelHash: "m", promptHash: "p", temperature: 0, seed: 1 };
const value = { refinement: goodAnswer, isRepaired: true, latencyMs: 1.5, promptTokens: 2, completionTokens: 3 };
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

describe("the refinement cache", () => {
  it("finds what was put, after a restart too", async () => {
    const folder = makeFolder();
    await (await openRefinementCache(folder, 1e6)).put(key, value);

    expect(await (await openRefinementCache(folder, 1e6)).find(key)).toEqual(value);
  });

  it.each(Object.keys(key) as (keyof typeof key)[])("does not find it for another %s", async (part) => {
    const cache = await openRefinementCache(makeFolder(), 1e6);
    await cache.put(key, value);

    expect(await cache.find({ ...key, [part]: typeof key[part] === "number" ? 9 : "other" })).toBeUndefined();
  });

  it("takes a torn file for an absent one", async () => {
    const folder = makeFolder();
    const cache = await openRefinementCache(folder, 1e6);
    await cache.put(key, value);
    for (const file of filesIn(folder)) writeFileSync(join(file.parentPath, file.name), '{"refine');

    expect(await cache.find(key)).toBeUndefined();
  });

  it("drops what was used longest ago when it is over its bound", async () => {
    const folder = makeFolder();
    const cache = await openRefinementCache(folder, 2 * JSON.stringify(value).length + 10);
    for (const text of ["old", "used", "new"]) await cache.put({ ...key, text }, value);
    for (const file of filesIn(folder)) utimesSync(join(file.parentPath, file.name), 1, 1);
    await cache.find({ ...key, text: "used" });
    await cache.find({ ...key, text: "new" });

    await cache.sweep();

    expect(filesIn(folder)).toHaveLength(2);
    expect(await cache.find({ ...key, text: "old" })).toBeUndefined();
    expect(await cache.find({ ...key, text: "used" })).toEqual(value);
  });
});
