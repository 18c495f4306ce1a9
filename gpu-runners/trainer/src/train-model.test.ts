import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLayerWriter, createShardWriter, type TaskContext } from "@whetstone/runtime";
import { ModelPackage, TaskNote } from "@whetstone/schemas/api";
import { BaseRow, RefinedRow, TrainModel, TrainModelResult } from "@whetstone/schemas/tasks";
import { afterAll, expect, test } from "vitest";
import type { z } from "zod";
import { createTrainModel } from "./train-model.ts";

const fixtures = fileURLToPath(new URL("../../../tests/fixtures/tiny-clip/", import.meta.url));
const python = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "train-model-"));
afterAll(() => rmSync(folder, { recursive: true }));
const uidOf = (n: number) => n.toString(16).padStart(32, "0");

/** The fixture's 18 images as one shard as the runtime writes it, and a model to train from scratch. */
async function makeInputs(): Promise<Map<string, string>> {
  const home = mkdtempSync(join(folder, "inputs-"));
  const files = new Map<string, string>();
  const place = (name: string) => files.set(name, join(home, name)).get(name) ?? "";
  const tar = createShardWriter(place("shard-0.tar"));
  const base = createLayerWriter(place("base-0.parquet"), BaseRow);
  const refined = createLayerWriter(place("refined-0.parquet"), RefinedRow);
  for (let n = 0; n < 18; n++) {
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
      imagePhash: null,
      width: 8,
      height: 8,
    } as const;
    base.append({ uid: uidOf(n), ...image, text: `IMG_${n}.png`, label: null, metadata: "{}", source: "test" });
    const texts = {
      positiveDescription: `thing number ${n}`,
      negativeDescription: "another",
      positiveTags: ["thing"],
      negativeTags: ["x"],
    };
    if (n > 0)
      refined.append({
        uid: uidOf(n),
        ...texts,
        refiner: "r",
        modelHash: "m",
        promptHash: "p",
        isRepaired: false,
        latencyMs: 1,
        promptTokens: 1,
        completionTokens: 1,
      });
  }
  await tar.close();
  base.close();
  refined.close();

  const model = JSON.parse(readFileSync(join(fixtures, "model.json"), "utf8"));
  Object.assign(model.architecture.vision_cfg, { patch_size: 4, layers: 1, width: 32, head_width: 16 });
  Object.assign(model.architecture.text_cfg, { layers: 1, width: 32, heads: 2 });
  writeFileSync(place("init.model.json"), JSON.stringify(model));
  files.set("init.tokenizer.json", join(fixtures, "tokenizer.json"));
  writeFileSync(place("init.weights.safetensors"), "not read when training from scratch");
  return files;
}

async function train(params: z.input<typeof TrainModel>, { resumed = null as string | null } = {}) {
  const files = await makeInputs();
  const written = new Map<string, string>();
  const steps: number[] = [];
  const notes: TaskNote[] = [];
  const kept = join(mkdtempSync(join(folder, "kept-")), "checkpoint");
  const context: TaskContext<"train-model"> = {
    params: TrainModel.parse(params),
    inputs: {
      names: [...files.keys()],
      has: (name) => files.has(name),
      sizeBytes: () => 0,
      path: async (name) => files.get(name) ?? Promise.reject(new Error(`no input ${name}`)),
      drop: async () => {},
    },
    async write(name, source) {
      written.set(name, String(source));
      return { name, sizeBytes: 0, sha256: "" };
    },
    progress: (done) => void steps.push(done),
    tell: (note) => void notes.push(note),
    checkpoint: async (path) => writeFileSync(kept, readFileSync(path)),
    resumed,
    signal: new AbortController().signal,
    workDir: mkdtempSync(join(folder, "work-")),
    secret: () => undefined,
    log: () => {},
  };
  const task = createTrainModel({ python, gpus: 0, threads: 1, codeVersion: "test" });
  const result = TrainModelResult.parse(await task.run(context));
  return { ...result, written, steps, notes, kept };
}

const params = {
  modelName: "tiny",
  fromScratch: true,
  seed: 1,
  shardCount: 1,
  hasRefined: true,
  recipe: { steps: 8, batchSize: 6, positiveProbability: 1, hni: { weight: 0.5 }, checkpointEverySteps: 3 },
};

test(
  "trains a package from a version and goes on from a checkpoint to the same weights",
  { timeout: 300_000 },
  async () => {
    const straight = await train(params);
    const resumed = await train(params, { resumed: straight.kept });

    const weightsOf = ({ written }: typeof straight) => readFileSync(written.get("weights.safetensors") ?? "");
    expect(straight.counts).toEqual({ samples: 18, refined: 17, undecodable: 0 });
    expect(straight.steps.at(-1)).toBe(8);
    expect(straight.notes.every((note) => TaskNote.safeParse(note).success)).toBe(true);
    expect(straight.notes.flatMap(({ type, data }) => (type === "task.metrics" ? data.points : []))).toHaveLength(8);
    expect(straight.notes).toContainEqual({
      type: "task.metrics",
      data: {
        points: [expect.objectContaining({ step: 8, lossHni: expect.any(Number), learningRate: expect.any(Number) })],
      },
    });
    expect(straight.notes.filter(({ type }) => type === "task.look")).toHaveLength(1);
    expect([...straight.written.keys()].toSorted()).toEqual([
      "card.md",
      "curve.jsonl",
      "model.json",
      "text.onnx",
      "tokenizer.json",
      "visual.onnx",
      "weights.safetensors",
    ]);
    expect([...straight.written.values()].every((path) => existsSync(path))).toBe(true);
    expect(
      ModelPackage.parse(JSON.parse(readFileSync(straight.written.get("model.json") ?? "", "utf8"))),
    ).toMatchObject({ name: "tiny", training: { codeVersion: "test" } });
    expect(resumed.steps[0]).toBeGreaterThan(0);
    expect(weightsOf(resumed).equals(weightsOf(straight))).toBe(true);
  },
);
