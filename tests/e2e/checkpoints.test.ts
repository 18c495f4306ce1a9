import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Model } from "@whetstone/schemas/api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { openClipModel } from "../../gpu-runners/vision/src/clip-model.ts";
import { dot, rowOf, type Vectors } from "../../gpu-runners/vision/src/vectors.ts";
import { type Stack, startStack } from "./stack.ts";

const timeout = 240_000;
const root = new URL("../../", import.meta.url).pathname;
const trainer = join(root, "gpu-runners/trainer");
const vectors = z.array(z.array(z.number()));
const Expected = z.object({
  texts: z.array(z.string()),
  vectors: z.record(z.string(), z.tuple([vectors, vectors])),
});

let stack: Stack;
let folder: string;
let expected: z.infer<typeof Expected>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whetstone-checkpoints-"));
  const python = join(trainer, ".venv/bin/python");
  [stack] = await Promise.all([
    startStack(),
    promisify(execFile)(python, ["-m", "tests.checkpoints", folder], { cwd: trainer }),
  ]);
  expected = Expected.parse(JSON.parse(await readFile(join(folder, "expected.json"), "utf8")));
}, timeout);
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, timeout);

it.each(["hf", "open_clip"])(
  "a checkpoint in the layout %s is pushed as a package that embeds as the checkpoint itself does",
  { timeout },
  async (layout) => {
    const model = Model.parse(JSON.parse(await whetstone("push", join(folder, layout))));
    const pulled = join(folder, `${layout}-package`);
    await whetstone("pull", model.id, "--to", pulled);

    const clip = await openClipModel(async (file) => join(pulled, file));
    const found = [
      await clip.embedImages([await readFile(join(folder, "picture.png"))]),
      await clip.embedTexts(expected.texts),
    ];
    await clip.close();

    expect(model.name).toBe(layout);
    expect(model.files.map(({ name }) => name)).toContain("weights.safetensors");
    const [images, texts] = expected.vectors[layout] ?? [];
    expect(found.map((given, i) => lowestCosine(given, [images, texts][i] ?? []))).toEqual([
      expect.closeTo(1, 5),
      expect.closeTo(1, 5),
    ]);
  },
);

async function whetstone(...args: string[]): Promise<string> {
  const env = { ...process.env, WHETSTONE_URL: stack.url, WHETSTONE_KEY: stack.secrets.workspaceKey };
  const command = [join(root, "apps/cli/src/main.ts"), "--json", "model", ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  return stdout;
}

function lowestCosine(given: Vectors, wanted: number[][]): number {
  if (given.count !== wanted.length) throw new Error(`${given.count} vectors where ${wanted.length} were expected`);
  return Math.min(...wanted.map((row, i) => dot(rowOf(given, i), Float32Array.from(row))));
}
