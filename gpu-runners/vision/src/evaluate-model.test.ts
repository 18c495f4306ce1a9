import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLayerWriter, createShardWriter, readLayerRows, type TaskContext } from "@whetstone/runtime";
import { BaseRow, EvaluateModel, EvaluateModelResult, PredictionRow, RefinedRow } from "@whetstone/schemas/tasks";
import { afterAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { evaluateModel } from "./evaluate-model.ts";

const fixtures = fileURLToPath(new URL("../../../tests/fixtures/tiny-clip/", import.meta.url));
const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "evaluate-"));
afterAll(() => rmSync(folder, { recursive: true }));
const uidOf = (n: number) => n.toString(16).padStart(32, "0");

/** Two shards of the fixture's 18 images; the second half of the samples lies in the second. */
async function makeVersion({ isLabelled = true, hasRefined = false } = {}): Promise<Map<string, string>> {
  const files = new Map(
    ["model.json", "visual.onnx", "text.onnx", "tokenizer.json"].map((file) => [`model.${file}`, join(fixtures, file)]),
  );
  const home = mkdtempSync(join(folder, "version-"));
  for (const shard of [0, 1]) {
    const place = (name: string) => files.set(name, join(home, name)).get(name) ?? "";
    const tar = createShardWriter(place(`shard-${shard}.tar`));
    const base = createLayerWriter(place(`base-${shard}.parquet`), BaseRow);
    const refined = hasRefined ? createLayerWriter(place(`refined-${shard}.parquet`), RefinedRow) : undefined;
    for (let n = shard * 9; n < shard * 9 + 9; n++) {
      const { offset, sizeBytes } = await tar.add(
        `${n}.png`,
        readFileSync(join(fixtures, `${String(n).padStart(2, "0")}.png`)),
      );
      const image = {
        imageMember: `${n}.png`,
        imageOffset: offset,
        imageBytes: sizeBytes,
        imageFormat: "png",
        imageSha256: uidOf(n).repeat(2),
      } as const;
      const label: string | null = isLabelled ? expected.labels[n] : null;
      base.append({
        uid: uidOf(n),
        ...image,
        width: 8,
        height: 8,
        text: expected.texts[n],
        label,
        metadata: '{"tags":["Blue","sea"]}',
        source: "test",
      });
      if (n % 2 === 0) refined?.append(makeRefined(n));
    }
    await tar.close();
    base.close();
    refined?.close();
  }
  return files;
}

function makeRefined(n: number): RefinedRow {
  const negativeDescription = n < 9 ? `not a ${expected.labels[n]}` : "something else";
  const texts = {
    positiveDescription: `a fine ${expected.labels[n]}`,
    negativeDescription,
    positiveTags: ["blue", "air"],
    negativeTags: ["x"],
  };
  return {
    uid: uidOf(n),
    ...texts,
    refiner: "r",
    modelHash: "m",
    promptHash: "p",
    isRepaired: false,
    latencyMs: 1,
    promptTokens: 1,
    completionTokens: 1,
  };
}

async function evaluate(files: Map<string, string>, params: z.input<typeof EvaluateModel>) {
  const written = new Map<string, string>();
  const inputs = {
    names: [...files.keys()],
    has: (name: string) => files.has(name),
    sizeBytes: () => 0,
    async path(name: string) {
      const path = files.get(name);
      if (!path || !existsSync(path)) throw new Error(`no input ${name}`);
      return path;
    },
  };
  const context: TaskContext<"evaluate-model"> = {
    params: EvaluateModel.parse(params),
    inputs,
    async write(name, source) {
      written.set(name, String(source));
      return { name, sizeBytes: 0, sha256: "" };
    },
    progress: () => {},
    checkpoint: async () => {},
    resumed: null,
    signal: new AbortController().signal,
    workDir: mkdtempSync(join(folder, "work-")),
    secret: () => undefined,
    log: () => {},
  };
  const result = EvaluateModelResult.parse(await evaluateModel.run(context));
  return { ...result, written };
}

const classification = { type: "zero-shot-classification" as const, templates: ["{}", "a photo of a {}."] };

describe("evaluate-model", () => {
  it("gives the scores that Python gives on the same package and samples", async () => {
    const files = await makeVersion();

    const { scores, written } = await evaluate(files, {
      tasks: [classification, { type: "retrieval" }, { type: "text-scores" }],
      shardCount: 2,
      hasRefined: false,
    });

    const close = (sums: Record<string, number>) =>
      Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, expect.closeTo(sum, 4)]));
    expect(scores[0]).toMatchObject({ ...close(expected.classification), sampleCount: 18, classCount: 6 });
    expect(scores[1]).toMatchObject({
      textToImage: close(expected.textToImage),
      imageToText: close(expected.imageToText),
      sampleCount: 18,
    });
    expect(scores[2]).toMatchObject({
      clip: { raw: close(expected.raw), positive: null, negative: null },
      label: null,
    });
    const predictions = await readLayerRows(written.get("predictions.parquet") ?? "", PredictionRow);
    const rows = predictions.filter(({ task }) => task === 0);
    expect(rows.map(({ rank }) => rank)).toEqual(expected.ranks);
    expect(rows.map(({ predicted }) => predicted)).toEqual(expected.predicted);
    expect(rows.map(({ uid }) => uid)).toEqual(expected.ranks.map((_: number, n: number) => uidOf(n)));
  });

  it("judges raw and refined texts on the refined samples alone", async () => {
    const { scores } = await evaluate(await makeVersion({ hasRefined: true }), {
      tasks: [{ type: "text-scores" }],
      shardCount: 2,
      hasRefined: true,
    });

    expect(scores[0]).toMatchObject({
      sampleCount: 9,
      clip: { raw: { count: 9 }, positive: { count: 9 }, negative: { count: 9 } },
      tags: { precision: 0.5, recall: 0.5, f1: 0.5, count: 9 },
      label: { positive: 1, negative: 5 / 9, raw: 1, count: 9 },
    });
  });

  it.each([
    { code: "labels_missing", version: { isLabelled: false }, tasks: [classification] },
    { code: "labels_missing", version: {}, tasks: [{ ...classification, classNames: ["moon", "sun"] }] },
    { code: "refined_missing", version: {}, tasks: [{ type: "text-scores" as const }] },
  ])("fails for good with $code", async ({ code, version, tasks }) => {
    const failed = evaluate(await makeVersion(version), { tasks, shardCount: 2, hasRefined: true });

    await expect(failed).rejects.toMatchObject({ code, fate: "final" });
  });

  it.each([
    ["model.json", '{"format":"else"}'],
    ["tokenizer.json", "{"],
    ["visual.onnx", "not a graph"],
    ["text.onnx", readFileSync(join(fixtures, "visual.onnx"))],
  ])("names %s when that file of the package is broken", async (file, content) => {
    const files = await makeVersion();
    const path = join(mkdtempSync(join(folder, "broken-")), file);
    writeFileSync(path, content);
    files.set(`model.${file}`, path);

    const failed = evaluate(files, { tasks: [classification], shardCount: 2, hasRefined: false });

    await expect(failed).rejects.toMatchObject({
      code: "package_invalid",
      fate: "final",
      message: expect.stringContaining(file),
    });
  });

  it("needs at least two classes", async () => {
    const files = await makeVersion();
    const base = createLayerWriter(
      files.set("base-0.parquet", join(folder, "one.parquet")).get("base-0.parquet") ?? "",
      BaseRow,
    );
    const sizeBytes = readFileSync(join(fixtures, "00.png")).length;
    const image = {
      imageMember: "0.png",
      imageOffset: 512,
      imageBytes: sizeBytes,
      imageFormat: "png",
      imageSha256: uidOf(0).repeat(2),
    } as const;
    base.append({
      uid: uidOf(0),
      ...image,
      width: 8,
      height: 8,
      text: "t",
      label: "sea",
      metadata: "{}",
      source: "test",
    });
    base.close();

    await expect(evaluate(files, { tasks: [classification], shardCount: 1, hasRefined: false })).rejects.toMatchObject({
      code: "too_few_classes",
    });
  });
});
