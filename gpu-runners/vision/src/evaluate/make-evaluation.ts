/** Versions of the fixture's images and the evaluation of its model on them. Tests only. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLayerWriter, createShardWriter, type TaskContext } from "@whetstone/runtime";
import { BaseRow, EvaluateModel, EvaluateModelResult, RefinedRow } from "@whetstone/schemas/tasks";
import { afterAll } from "vitest";
import type { z } from "zod";
import { createEvaluateModel, type EvaluateSettings } from "../evaluate-model.ts";

const fixtures = fileURLToPath(new URL("../../../../tests/fixtures/tiny-clip/", import.meta.url));
const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "evaluate-"));
export const tinyClip = { fixtures, expected, folder };
afterAll(() => rmSync(folder, { recursive: true }));
export const uidOf = (n: number) => n.toString(16).padStart(32, "0");

interface VersionOptions {
  isLabelled?: boolean;
  hasRefined?: boolean;
  metadataOf?: (n: number) => Record<string, unknown>;
  phashOf?: (n: number) => string | null;
}

/** Two shards of the fixture's 18 images; the second half of the samples lies in the second. */
export async function makeVersion({
  isLabelled = true,
  hasRefined = false,
  metadataOf = () => ({ tags: ["Blue", "sea"] }),
  phashOf = () => null,
}: VersionOptions = {}): Promise<Map<string, string>> {
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
        imagePhash: phashOf(n),
      } as const;
      const label: string | null = isLabelled ? expected.labels[n] : null;
      base.append({
        uid: uidOf(n),
        ...image,
        width: 8,
        height: 8,
        text: expected.texts[n],
        label,
        metadata: JSON.stringify(metadataOf(n)),
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

/** The scores, and where each file was written. */
export async function evaluateVersion(
  files: Map<string, string>,
  params: z.input<typeof EvaluateModel>,
  settings: EvaluateSettings = {},
) {
  const written = new Map<string, string>();
  const inputs = {
    names: [...files.keys()],
    has: (name: string) => files.has(name),
    sizeBytes: () => 0,
    drop: async () => {},
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
    tell: () => {},
    checkpoint: async () => {},
    resumed: null,
    signal: new AbortController().signal,
    workDir: mkdtempSync(join(folder, "work-")),
    secret: () => undefined,
    log: () => {},
  };
  const result = EvaluateModelResult.parse(await createEvaluateModel(settings).run(context));
  return { ...result, written };
}
