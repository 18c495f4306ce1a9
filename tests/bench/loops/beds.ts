import { execFile } from "node:child_process";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeEmojiVersion } from "./emoji-version.ts";
import type { LocalLoop } from "./local-loop.ts";
import type { Bed } from "./recipes.ts";

const root = new URL("../../../", import.meta.url).pathname;
const trainer = join(root, "gpu-runners/trainer");
const models = join(root, "gpu-runners/vision/models");
export const cache = join(root, ".cache/loops");

export type OnBed = Pick<LocalLoop, "policy" | "task" | "reward" | "judge">;

/** The first policy and its task: made once, the same each time, kept under `.cache/loops`. */
export async function makeBed(bed: Bed): Promise<OnBed> {
  await mkdir(cache, { recursive: true });
  if (bed === "table") {
    const folder = await once("table", (partial) => python(["recipes.loop_table", partial]));
    return {
      policy: { kind: "tabular", folder: join(folder, "policy") },
      task: { questions: join(folder, "task.parquet") },
    };
  }
  if (bed === "emoji") {
    const folder = await once("emoji", (partial) => writeEmojiVersion(partial, { samples: 300, seed: "1" }));
    const base = join(models, "emoji-clip-base");
    return {
      policy: { kind: "label", folder: base },
      reward: base,
      judge: join(models, "emoji-clip-judge"),
      task: { shards: [join(folder, "shard-0.tar")], bases: [join(folder, "base-0.parquet")] },
    };
  }
  const scenes = await once("scenes.parquet", (partial) =>
    run(
      process.execPath,
      ["apps/demo/src/scenes/main.ts", "--count", "40000", "--seed", "1", "--no-images", "--out", partial],
      root,
    ),
  );
  const folder = await once("scenes-policy", (partial) => {
    process.stderr.write("teaching the small language model its first words: about 3 minutes, once\n");
    return python(["recipes.loop_policy", scenes, partial]);
  });
  return { policy: { kind: "causal-lm", folder }, task: { questions: scenes, verifier: "program" } };
}

/** Only what was finished has its name. */
async function once(name: string, make: (partial: string) => Promise<unknown>): Promise<string> {
  if ((await readdir(cache)).includes(name)) return join(cache, name);
  const partial = join(cache, `partial-${process.pid}-${name}`);
  await rm(partial, { recursive: true, force: true });
  await make(partial);
  await rename(partial, join(cache, name));
  return join(cache, name);
}

const python = ([module = "", ...rest]: string[]) =>
  run(join(trainer, ".venv/bin/python"), ["-m", module, ...rest], trainer);

async function run(command: string, args: string[], cwd: string): Promise<void> {
  // One thread: the same weights on every machine, and small matrices gain nothing by two.
  const env = { ...process.env, OMP_WAIT_POLICY: "passive", OMP_NUM_THREADS: "1" };
  await promisify(execFile)(command, args, { cwd, env });
}
