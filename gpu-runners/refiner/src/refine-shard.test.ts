import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLayerWriter, createShardWriter, readLayerRows, type TaskContext } from "@whetstone/runtime";
import { BaseRow, RefinedRow, RefineShard, RefineShardResult, RejectRow } from "@whetstone/schemas/tasks";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { goodAnswer, makeEndpoint, type Asked, type Reply } from "./make-endpoint.ts";
import { createRefineShard } from "./refine-shard.ts";

const folder = mkdtempSync(join(tmpdir(), "refine-"));
afterAll(() => rmSync(folder, { recursive: true }));
const folderOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const uidOf = (n: number) => n.toString(16).padStart(32, "0");

async function makeShard(texts: string[]): Promise<Map<string, string>> {
  const home = mkdtempSync(join(folder, "shard-"));
  const files = new Map([
    ["shard.tar", join(home, "shard.tar")],
    ["base.parquet", join(home, "base.parquet")],
  ]);
  const tar = createShardWriter(files.get("shard.tar") ?? "");
  const base = createLayerWriter(files.get("base.parquet") ?? "", BaseRow);
  for (const [n, text] of texts.entries()) {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: n * 20, g: 9, b: 9 } } })
      .png()
      .toBuffer();
    const { offset, sizeBytes } = await tar.add(`${n}.png`, png);
    const imageSha256 = createHash("sha256").update(png).digest("hex");
    const image = {
      imageMember: `${n}.png`,
      imageOffset: offset,
      imageBytes: sizeBytes,
      imageFormat: "png",
      imageSha256,
      imagePhash: null,
    } as const;
    base.append({
      uid: uidOf(n),
      ...image,
      width: 8,
      height: 8,
      text,
      label: null,
      metadata: "{}",
      source: `a.tar:${n}`,
    });
  }
  await tar.close();
  base.close();
  return files;
}

type Made = { cacheDir?: string; prompt?: string; model?: string };

async function refine(
  files: Map<string, string>,
  refiner: object,
  { cacheDir = mkdtempSync(join(folder, "cache-")), prompt = "short" }: Made = {},
) {
  const task = createRefineShard({
    cacheDir,
    cacheBytes: 1e8,
    modelsDir: folderOf("../../../tests/fixtures"),
    promptsDir: folderOf("../prompts"),
    allowPrivateAddresses: true,
  });
  const written = new Map<string, string>();
  const seen: number[] = [];
  const context: TaskContext<"refine-shard"> = {
    params: RefineShard.parse({ shard: 4, refiner, prompt, temperature: 0, seed: 1 }),
    inputs: {
      names: [...files.keys()],
      has: (name) => files.has(name),
      sizeBytes: () => 0,
      drop: async () => {},
      path: async (name) => files.get(name) ?? "",
    },
    async write(name, source) {
      if (!existsSync(String(source))) throw new Error(`${name} was not there when it was written`);
      written.set(name, String(source));
      return { name, sizeBytes: 0, sha256: "" };
    },
    progress: (done) => void seen.push(done),
    tell: () => {},
    checkpoint: async () => {},
    resumed: null,
    signal: new AbortController().signal,
    workDir: mkdtempSync(join(folder, "work-")),
    secret: () => undefined,
    log: () => {},
  };
  const result = RefineShardResult.parse(await task.run(context));
  const refined = await readLayerRows(written.get("refined.parquet") ?? "", RefinedRow);
  const rejects = written.has("rejects.parquet")
    ? await readLayerRows(written.get("rejects.parquet") ?? "", RejectRow)
    : [];
  return { result, refined, rejects, seen };
}

async function withEndpoint<T>(
  answer: (asked: Asked) => Reply,
  use: (refiner: object, asked: Asked[]) => Promise<T>,
): Promise<T> {
  const { baseUrl, asked, close } = await makeEndpoint(answer);
  try {
    return await use({ provider: "openai", baseUrl, model: "m", maxRetries: 0, timeoutMs: 2000 }, asked);
  } finally {
    await close();
  }
}

describe("refine-shard", () => {
  it("gives each sample one row, refined or rejected, in the order of the shard, with its provenance", async () => {
    const files = await makeShard(["slow", "bad", "quick", "quick too"]);
    const answer = ({ text }: Asked) => (text === "bad" ? { content: "{" } : { delayMs: text === "slow" ? 200 : 0 });

    const { result, refined, rejects, seen } = await withEndpoint(answer, (refiner) => refine(files, refiner));

    expect(refined.map(({ uid }) => uid)).toEqual([0, 2, 3].map(uidOf));
    expect(refined[0]).toMatchObject({
      ...goodAnswer,
      refiner: "m",
      isRepaired: false,
      promptTokens: 100,
      completionTokens: 40,
    });
    expect(refined[0]?.promptHash).toMatch(/^[0-9a-f]{64}$/);
    expect(refined[0]?.latencyMs).toBeGreaterThanOrEqual(200);
    expect(rejects).toMatchObject([{ uid: uidOf(1), source: "a.tar:1", stage: "refine", code: "refine_invalid_json" }]);
    expect(result).toEqual({
      shard: 4,
      refined: { file: "refined.parquet", rowCount: 3 },
      rejects: { file: "rejects.parquet", rowCount: 1 },
      counts: { samples: 4, refined: 3, rejected: 1, cacheHits: 0, promptTokens: 500, completionTokens: 200 },
    });
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("costs nothing the second time, and gives the same rows", async () => {
    const files = await makeShard(["a", "b", "c"]);
    const cacheDir = mkdtempSync(join(folder, "cache-"));

    await withEndpoint(
      () => ({}),
      async (refiner, asked) => {
        const first = await refine(files, refiner, { cacheDir });
        const second = await refine(files, refiner, { cacheDir });

        expect(asked).toHaveLength(3);
        expect(second.refined).toEqual(first.refined);
        expect(second.result.counts).toMatchObject({ refined: 3, cacheHits: 3, promptTokens: 0, completionTokens: 0 });
      },
    );
  });

  it("asks again under another prompt", async () => {
    const files = await makeShard(["a"]);
    const cacheDir = mkdtempSync(join(folder, "cache-"));

    await withEndpoint(
      () => ({}),
      async (refiner, asked) => {
        const first = await refine(files, refiner, { cacheDir });
        const second = await refine(files, refiner, { cacheDir, prompt: "detailed" });

        expect(asked).toHaveLength(2);
        expect(second.refined[0]?.promptHash).not.toBe(first.refined[0]?.promptHash);
      },
    );
  });

  it("keeps what was paid for when the endpoint goes down midway, so that the next attempt goes on from there", async () => {
    const files = await makeShard(["a", "b", "c", "d"]);
    const cacheDir = mkdtempSync(join(folder, "cache-"));
    let isDown = true;

    await withEndpoint(
      ({ text }) => (isDown && (text === "c" || text === "d") ? { status: 503 } : {}),
      async (refiner, asked) => {
        await expect(refine(files, { ...refiner, concurrency: 1 }, { cacheDir })).rejects.toMatchObject({
          code: "endpoint_unavailable",
          fate: "retry",
        });
        isDown = false;
        const before = asked.length;
        const { result } = await refine(files, { ...refiner, concurrency: 1 }, { cacheDir });

        expect(result.counts).toMatchObject({ refined: 4, rejected: 0, cacheHits: 2 });
        expect(asked.length - before).toBe(2);
      },
    );
  });

  it("names the prompts there are when asked for another", async () => {
    const failed = refine(await makeShard(["a"]), { provider: "embedded", model: "tiny-refiner" }, { prompt: "none" });

    await expect(failed).rejects.toMatchObject({
      code: "prompt_unknown",
      fate: "final",
      message: expect.stringContaining("detailed, short"),
    });
  });

  it.each(["absent", "../refiner", "tiny-clip"])("ends for good when the embedded model %s is none", async (model) => {
    const failed = refine(await makeShard(["a"]), { provider: "embedded", model });

    await expect(failed).rejects.toMatchObject({
      code: model === "tiny-clip" ? "model_invalid" : "model_unknown",
      fate: "final",
    });
  });

  it("runs the embedded model over a whole shard, with a row for every sample", async () => {
    const files = await makeShard(Array.from({ length: 40 }, (_, n) => `sample ${n}`));

    const { result, refined, rejects } = await refine(files, { provider: "embedded", model: "tiny-refiner" });

    expect(result.counts).toMatchObject({ samples: 40 });
    expect(refined.length + rejects.length).toBe(40);
    expect(result.counts["completionTokens"]).toBeGreaterThan(0);
  });
});
