import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { readModelFolder } from "./read-model-folder.ts";

const fixtures = fileURLToPath(new URL("../../../../tests/fixtures/", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "model-folder-"));
afterAll(() => rmSync(root, { recursive: true }));
const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** A copy of a fixture with fields of one of its JSON files changed. */
function makeFolder(name: string, file: string, change: object): string {
  const folder = mkdtempSync(join(root, "model-"));
  cpSync(join(fixtures, name), folder, { recursive: true });
  writeFileSync(join(folder, file), JSON.stringify({ ...readJson(join(folder, file)), ...change }));
  return folder;
}

describe("a model folder", () => {
  it.each(["hf-clip", "hf-siglip"])(
    "in transformers.js' layout is described as its own files say: %s",
    async (name) => {
      const { description, files } = await readModelFolder(join(fixtures, name));

      expect(description).toEqual(readJson(join(fixtures, name, "described.json")));
      expect(files.map((file) => file.name)).toEqual(["model.json", "visual.onnx", "text.onnx", "tokenizer.json"]);
      expect(readJson(files[0]?.path ?? "")).toEqual(description);
    },
  );

  it("takes scale and bias from the safetensors where they are", async () => {
    const folder = makeFolder("hf-siglip", "config.json", {});
    writeFileSync(join(folder, "model.safetensors"), safetensors({ logit_scale: Math.log(117), logit_bias: -12.9 }));

    const { description } = await readModelFolder(folder);

    expect(description.logitScale).toBeCloseTo(117, 3);
    expect(description).toMatchObject({ logitBias: expect.closeTo(-12.9, 4) });
  });

  it.each([
    ["config.json", { model_type: "bert" }, 'models of type "bert" are not known'],
    ["preprocessor_config.json", { resample: 0 }, "preprocessor_config.json: resample"],
    ["preprocessor_config.json", { rescale_factor: 1 }, "must be 1/255"],
    ["preprocessor_config.json", { do_center_crop: false }, "needs do_center_crop or a square size"],
    ["tokenizer_config.json", { pad_token: "<nowhere>" }, 'pad_token "<nowhere>" is not in tokenizer.json'],
  ])("whose %s says what can't be followed is refused, saying so", async (file, change, message) => {
    await expect(readModelFolder(makeFolder("hf-clip", file, change))).rejects.toThrow(message);
  });

  it.each([
    ["pytorch_model.bin", "is a pickle"],
    ["open_clip_pytorch_model.pt", "is a pickle"],
    ["open_clip_model.safetensors", "goes open_clip_config.json"],
    ["readme.txt", "a folder with model.json"],
  ])("with %s alone is refused with advice", async (file, advice) => {
    const folder = mkdtempSync(join(root, "other-"));
    writeFileSync(join(folder, file), "");

    await expect(readModelFolder(folder)).rejects.toMatchObject({ hint: expect.stringContaining(advice) });
  });
});

describe("a checkpoint", () => {
  /** A program of a few lines that keeps `trainer.pretrained`'s manners. */
  function makeProgram(body: string): void {
    const path = join(mkdtempSync(join(root, "program-")), "python");
    const head = `#!${process.execPath}\nconst output = process.argv[process.argv.indexOf("--output") + 1];\n`;
    writeFileSync(path, head + body, { mode: 0o755 });
    vi.stubEnv("WHETSTONE_PYTHON", path);
  }
  function makeCheckpoint(): string {
    const folder = mkdtempSync(join(root, "checkpoint-"));
    for (const file of ["open_clip_config.json", "open_clip_model.safetensors"])
      writeFileSync(join(folder, file), "{}");
    return folder;
  }
  afterEach(() => void vi.unstubAllEnvs());

  it("becomes a package by the trainer", async () => {
    makeProgram(
      `require("node:fs").copyFileSync("${join(fixtures, "tiny-clip/model.json")}", output + "/model.json");`,
    );

    const { description, files } = await readModelFolder(makeCheckpoint());

    expect(description.format).toBe("whetstone-model/1");
    expect(files.map((file) => file.name)).toContain("weights.safetensors");
  });

  it("that the trainer refuses is refused in its words", async () => {
    makeProgram(`console.error("error: the checkpoint has x, which is not of a CLIP"); process.exitCode = 2;`);

    await expect(readModelFolder(makeCheckpoint())).rejects.toThrow("the checkpoint has x, which is not of a CLIP");
  });
});

function safetensors(numbers: Record<string, number>): Buffer {
  const names = Object.keys(numbers);
  const header = Object.fromEntries(
    names.map((name, i) => [name, { dtype: "F32", shape: [1], data_offsets: [4 * i, 4 * i + 4] }]),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.from(Float32Array.from(Object.values(numbers)).buffer)]);
}
