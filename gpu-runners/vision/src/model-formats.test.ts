import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackageFile } from "@whetstone/schemas/api";
import { afterAll, describe, expect, it } from "vitest";
import { openClipModel } from "./clip-model.ts";
import { dot, rowOf, type Vectors } from "./vectors.ts";

const fixtures = fileURLToPath(new URL("../../../tests/fixtures/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "formats-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hfFiles = {
  "model.json": "described.json",
  "visual.onnx": "onnx/vision_model.onnx",
  "text.onnx": "onnx/text_model.onnx",
  "tokenizer.json": "tokenizer.json",
} as const;

/** The lowest cosine of each row with the one it should be. */
function lowest(vectors: Vectors, expected: number[][]): number {
  return Math.min(...expected.map((row, i) => dot(rowOf(vectors, i), Float32Array.from(row))));
}

describe("a model in transformers.js' ONNX layout", () => {
  it.each(["hf-clip", "hf-siglip"])("embeds as transformers does: %s", async (name) => {
    const home = join(fixtures, name);
    const expected = JSON.parse(readFileSync(join(home, "expected.json"), "utf8"));
    const images = expected.images.map((file: string) => readFileSync(join(fixtures, "preprocess", file)));

    const model = await openClipModel(async (file) => join(home, hfFiles[file as keyof typeof hfFiles]));
    const [imageVectors, textVectors] = [await model.embedImages(images), await model.embedTexts(expected.texts)];
    await model.close();

    expect(lowest(imageVectors, expected.imageEmbeddings)).toBeGreaterThan(0.9999);
    expect(lowest(textVectors, expected.textEmbeddings)).toBeGreaterThan(0.9999);
  });
});

describe("a package that is not what it says", () => {
  const tiny = (file: string) => join(fixtures, "tiny-clip", file);
  const read = (file: string) => readFileSync(tiny(file));
  const described = JSON.parse(read("model.json").toString("utf8"));
  const png = read("00.png");

  /** The tiny package with one file replaced; embeds an image and a text. */
  async function use(file: PackageFile, content: string | Buffer) {
    const path = join(mkdtempSync(join(folder, "package-")), file);
    writeFileSync(path, content);
    const model = await openClipModel(async (name) => (name === file ? path : tiny(name)));
    try {
      await model.embedImages([png]);
      await model.embedTexts(["a zebra"]);
    } finally {
      await model.close();
    }
  }

  const json = (change: object) => JSON.stringify({ ...described, ...change });
  it.each<{ what: string; file: PackageFile; content: string | Buffer; message: string }>([
    {
      what: "weights that are not numbers",
      file: "visual.onnx",
      content: Buffer.from(read("visual.onnx")).fill(0xff, 1000, 2000),
      message: "visual.onnx of the model package: gives embeddings that are not numbers",
    },
    {
      what: "a graph that is cut off",
      file: "text.onnx",
      content: read("text.onnx").subarray(0, 5000),
      message: "text.onnx of the model package: is cut off",
    },
    {
      what: "weights in another file",
      file: "visual.onnx",
      content: withExternalData("../../etc/passwd"),
      message: "visual.onnx of the model package: keeps weights in another file",
    },
    {
      what: "another embedding width",
      file: "model.json",
      content: json({ embedDim: 9 }),
      message: "visual.onnx of the model package: gives an embedding of [1, 8], model.json says [1, 9]",
    },
    {
      what: "another image size",
      file: "model.json",
      content: json({ image: { ...described.image, size: 16 } }),
      message: "visual.onnx of the model package: ",
    },
    {
      what: "ids outside the vocabulary",
      file: "model.json",
      content: json({ tokenizer: { padId: 0, startId: 1, endId: 99_999 } }),
      message: "tokenizer.json of the model package: gives ids that text.onnx has no vector for",
    },
    {
      what: "ports that the graphs lack",
      file: "model.json",
      content: json({
        format: "onnx-model/1",
        graphs: { visual: { input: "pixel_values", output: "x" }, text: { input: "y", output: "z" } },
      }),
      message: 'visual.onnx of the model package: has no input "pixel_values", only image',
    },
  ])("is refused for good, naming the file: $what", async ({ file, content, message }) => {
    await expect(use(file, content)).rejects.toMatchObject({
      code: "package_invalid",
      fate: "final",
      message: expect.stringContaining(message),
    });
  });
});

/** An ONNX model with one initializer in the file `location`, hidden in the branch of an If node. */
function withExternalData(location: string): Buffer {
  const field = (number: number, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);
  };
  const text = (number: number, value: string) => field(number, Buffer.from(value));
  const entry = field(13, text(1, "location"), text(2, location));
  const tensor = field(5, text(8, "w"), entry, Buffer.from([14 * 8, 1]));
  const branch = field(6, tensor);
  return field(7, field(1, text(4, "If"), field(5, text(1, "then_branch"), branch)));
}
