import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLayerWriter, readLayerRows } from "@whetstone/runtime";
import { BaseRow, PredictionRow } from "@whetstone/schemas/tasks";
import { describe, expect, it } from "vitest";
import { openEmbeddingCache } from "./embedding-cache.ts";
import { evaluateVersion, makeVersion, tinyClip, uidOf } from "./evaluate/make-evaluation.ts";

const { fixtures, expected, folder } = tinyClip;

const classification = { type: "zero-shot-classification" as const, templates: ["{}", "a photo of a {}."] };

describe("evaluate-model", () => {
  it("gives the scores that Python gives on the same package and samples", async () => {
    const files = await makeVersion();

    const { scores, written } = await evaluateVersion(files, {
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
    const { scores } = await evaluateVersion(await makeVersion({ hasRefined: true }), {
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
    const failed = evaluateVersion(await makeVersion(version), { tasks, shardCount: 2, hasRefined: true });

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

    const failed = evaluateVersion(files, { tasks: [classification], shardCount: 2, hasRefined: false });

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
      imagePhash: null,
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

    await expect(
      evaluateVersion(files, { tasks: [classification], shardCount: 1, hasRefined: false }),
    ).rejects.toMatchObject({
      code: "too_few_classes",
    });
  });

  it("runs a second suite on the same images without embedding one again, with the same scores", async () => {
    const files = await makeVersion();
    const cache = openEmbeddingCache(join(folder, "embeddings"), 1e9);
    const params = { tasks: [classification, { type: "retrieval" as const }], shardCount: 2, hasRefined: false };

    const first = await evaluateVersion(files, params, { cache });
    const again = await evaluateVersion(files, params, { cache });
    const other = await evaluateVersion(files, { ...params, tasks: [{ type: "text-scores" }] }, { cache });

    expect(first.counts).toMatchObject({ imagesEmbedded: 18, imageCacheHits: 0, textsEmbedded: 30 });
    expect(again.counts).toMatchObject({ imagesEmbedded: 0, imageCacheHits: 18, textsEmbedded: 0, textCacheHits: 30 });
    expect(other.counts).toMatchObject({ imagesEmbedded: 0, imageCacheHits: 18, textsEmbedded: 0 });
    expect(again.scores).toEqual(first.scores);
  });
});
