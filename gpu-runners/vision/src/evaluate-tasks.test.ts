import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readLayerRows } from "@whetstone/runtime";
import { PredictionRow } from "@whetstone/schemas/tasks";
import { describe, expect, it } from "vitest";
import { evaluateVersion, makeVersion, tinyClip, uidOf } from "./evaluate/make-evaluation.ts";

const twoShards = { shardCount: 2, hasRefined: false };
const splits = (n: number) => ({ split: n % 3 === 0 ? "test" : "train" });

describe("evaluate-model", () => {
  it("does every kind of task in one go, each with intervals around its figure", async () => {
    const files = await makeVersion({
      hasRefined: true,
      metadataOf: (n) => ({
        ...splits(n),
        labels: n === 5 ? [] : [tinyClip.expected.labels[n]],
        captions: [tinyClip.expected.texts[n], `picture number ${n}`],
        negative_caption: "not this at all",
        subset: n < 9 ? "swap_obj" : "add_att",
        associations: [{ instance: n % 2, cue: n % 2 === 0 ? "owl" : "bee", is_match: n < 6 }],
        group: n % 2 === 0 ? "even" : 7,
      }),
    });

    const { scores, written } = await evaluateVersion(files, {
      tasks: [
        { type: "zero-shot-classification" },
        { type: "multi-label-classification" },
        { type: "retrieval" },
        { type: "compositional-pairs", aggregate: "sugar-crepe" },
        { type: "association" },
        { type: "linear-probe", lambdas: [0.01, 1] },
        { type: "knn", k: 3 },
        { type: "tag-prediction", k: 1 },
        { type: "robustness", corruptions: ["contrast", "pixelate"], maxSamples: 5 },
        { type: "text-scores" },
      ],
      shardCount: 2,
      hasRefined: true,
    });

    for (const { main, intervals } of scores) {
      const { low = Number.NaN, high = Number.NaN } = intervals[main.metric] ?? {};
      expect(low, main.metric).toBeLessThanOrEqual(main.value);
      expect(high, main.metric).toBeGreaterThanOrEqual(main.value);
    }
    expect(scores).toMatchObject([
      { groups: { field: "group", count: 2 }, classCount: 6, skippedCount: 0 },
      { sampleCount: 18, classCount: 6, skippedCount: 0 },
      { sampleCount: 36, imageCount: 18 },
      {
        sampleCount: 18,
        missingSubsets: ["replace"],
        subsets: [{ name: "swap_obj", chance: 0.5 }, { name: "add_att" }],
      },
      { instanceCount: 2, sampleCount: 18, jaccard10to12: null },
      { sampleCount: 6, trainCount: 12, sweep: [{ lambda: 0.01 }, { lambda: 1 }] },
      { sampleCount: 6, trainCount: 12, k: 3 },
      { sampleCount: 9, vocabularySize: 2, unknownTagCount: 0, k: 1, precision: 1, recall: 0.5 },
      { sampleCount: 5, corruptions: [{ name: "contrast", acc1: { length: 5 } }, { name: "pixelate" }] },
      { sampleCount: 9 },
    ]);
    const rows = await readLayerRows(written.get("predictions.parquet") ?? "", PredictionRow);
    const counts = [...Map.groupBy(rows, ({ task }) => task)].map(([task, own]) => [task, own.length]);
    expect(Object.fromEntries(counts)).toEqual({ 0: 18, 2: 54, 3: 18, 4: 2, 5: 6, 6: 6, 7: 9, 8: 5 });
    expect(rows.find(({ task, part }) => task === 2 && part === "text-to-image")).toMatchObject({
      uid: uidOf(0),
      unit: "0",
    });
    expect(readFileSync(written.get("per-class.csv") ?? "", "utf8")).toMatch(
      /^task,name,count,recall,precision,f1,averagePrecision\r\n0,/,
    );
    expect(readFileSync(written.get("confusion.csv") ?? "", "utf8")).toMatch(/^task,label,predicted,count\r\n/);
  });

  it("learns from another version when there is one", async () => {
    const [files, other] = [await makeVersion(), await makeVersion()];
    for (const [name, path] of other) if (!name.startsWith("model.")) files.set(`train-${name}`, path);

    const { scores } = await evaluateVersion(files, {
      tasks: [{ type: "knn", k: 1 }],
      ...twoShards,
      trainShardCount: 2,
    });

    // Each image's nearest neighbour is itself.
    expect(scores).toMatchObject([{ type: "knn", sampleCount: 18, trainCount: 18, acc1: 1 }]);
  });

  it("takes class names and templates from a benchmark version, and its class indexes where two classes share a name", async () => {
    const names = ["twin", "twin", "ball"];
    const files = await makeVersion({ metadataOf: (n) => ({ class_index: n % 3 }) });
    const benchmark = { type: "classification" as const, classNames: names, templates: ["a photo of a {}."] };

    const { scores } = await evaluateVersion(files, {
      tasks: [{ type: "zero-shot-classification" }],
      ...twoShards,
      benchmark,
    });

    expect(scores).toMatchObject([{ classCount: 3, sampleCount: 18, emptyClassCount: 0 }]);
  });

  it.each([
    ["classes_ambiguous", {}, { type: "zero-shot-classification" as const, classNames: ["sea", "sea", "ball"] }],
    ["labels_missing", { isLabelled: false }, { type: "zero-shot-classification" as const }],
    ["labels_missing", {}, { type: "multi-label-classification" as const }],
    ["split_missing", {}, { type: "retrieval" as const, split: "test" }],
    ["split_missing", {}, { type: "knn" as const }],
    [
      "train_samples_missing",
      { metadataOf: (n: number) => ({ split: n === 0 ? "train" : "test" }) },
      { type: "linear-probe" as const },
    ],
    ["negatives_missing", {}, { type: "compositional-pairs" as const }],
    ["associations_missing", {}, { type: "association" as const }],
    ["tags_missing", {}, { type: "tag-prediction" as const }],
    ["tags_missing", {}, { type: "tag-prediction" as const, truth: "metadata" as const, vocabulary: ["x", "y"] }],
  ])("fails for good with %s where the data lacks it", async (code, version, task) => {
    const failed = evaluateVersion(await makeVersion(version), { tasks: [task], ...twoShards });

    await expect(failed).rejects.toMatchObject({ code, fate: "final" });
  });

  it("groups by a number in a list too, as WILDS keeps them", async () => {
    const files = await makeVersion({ metadataOf: (n) => ({ npy: [n % 3, 2016] }) });

    const { scores } = await evaluateVersion(files, {
      tasks: [{ type: "zero-shot-classification", groupField: "npy.0", ignoreGroups: ["2"] }],
      ...twoShards,
    });

    const [groups] = scores.flatMap((own) => (own.type === "zero-shot-classification" ? [own.groups] : []));
    expect(groups).toMatchObject({ field: "npy.0", count: 3 });
    expect(["0", "1"]).toContain(groups?.worstAcc1Group);
  });

  it("leaves out samples of unknown classes and counts classes without samples", async () => {
    const { scores } = await evaluateVersion(await makeVersion(), {
      tasks: [{ type: "zero-shot-classification", classNames: ["sea", "ball", "moon"] }],
      ...twoShards,
    });

    expect(scores).toMatchObject([{ sampleCount: 6, skippedCount: 12, classCount: 3, emptyClassCount: 1, acc5: null }]);
  });

  it("names an image that can't be read any more", async () => {
    const files = await makeVersion();
    files.set("shard-1.tar", join(tinyClip.fixtures, "00.png"));

    const failed = evaluateVersion(files, { tasks: [{ type: "retrieval" }], ...twoShards });

    // All nine images of the shard are bad: whichever is read first is named.
    await expect(failed).rejects.toThrow(/sample 0{30}(09|0[a-f]|1[01])\b/);
  });
});
