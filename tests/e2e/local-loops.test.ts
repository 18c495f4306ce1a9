import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLoopProgram, type LoopProgram } from "@whetstone/trainer/loops";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeEmojiVersion } from "../bench/loops/emoji-version.ts";
import { type LocalLoop, runLocally } from "../bench/loops/local-loop.ts";

const trainer = new URL("../../gpu-runners/trainer/", import.meta.url).pathname;
const python = join(trainer, ".venv/bin/python");

let folder: string;
let program: LoopProgram;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whetstone-local-loops-"));
  await promisify(execFile)(python, ["-m", "tests.loops.make_loop", folder], { cwd: trainer });
  program = createLoopProgram({ python, threads: 1 });
}, 300_000);

afterAll(async () => {
  program?.stop();
  await rm(folder, { recursive: true, force: true });
});

const loop = (changes: Partial<LocalLoop> = {}): LocalLoop => ({
  method: "b-star",
  policy: { kind: "tabular", folder: join(folder, "policy") },
  task: { questions: join(folder, "task.parquet") },
  iterations: 4,
  seed: 3,
  measure: { count: 4 },
  gate: { alpha: 0.5, maxSliceFall: 1 },
  folder: join(folder, `loop-${(count += 1)}`),
  program,
  ...changes,
  parameters: {
    mode: "online-rft",
    queries: 40,
    samplesWanted: 80,
    draws: 4,
    steps: 20,
    batchSize: 32,
    learningRate: 0.5,
    minLearningRate: 0.1,
    reward: "verdict",
    ...changes.parameters,
  },
});

test(
  "where no sample is kept the model stays as it was, byte for byte, and the loop stops after two",
  { timeout: 120_000 },
  async () => {
    const end = await runLocally(loop({ parameters: { threshold: 100 } }));

    expect(end).toMatchObject({ outcome: "stopped", promoted: 0 });
    expect(end.reason).toContain("nothing to learn from");
    expect(end.iterations.map(({ status }) => status)).toEqual(["promoted", "unchanged", "unchanged"]);
    expect(end.iterations[2]?.alarms.map(({ code }) => code)).toContain("nothing_kept");
    expect(end.iterations[2]?.slots["policy"]).toEqual(end.iterations[0]?.slots["policy"]);
    const kept = end.iterations[2]?.slots["policy"]?.files[0]?.key ?? "";
    expect(await readFile(kept)).toEqual(await readFile(join(folder, "policy/table.safetensors")));
  },
);

test("a loop is the same loop again, and another with another seed", { timeout: 120_000 }, async () => {
  const hashes = async (seed: number) =>
    (await runLocally(loop({ seed, iterations: 1 }))).iterations.map(({ slots }) => slots["policy"]?.sha256);
  const first = await hashes(3);

  expect(await hashes(3)).toEqual(first);
  expect(await hashes(4)).not.toEqual(first);
});

test(
  "two candidates in a row that the gate refuses end the loop with the model it had",
  { timeout: 120_000 },
  async () => {
    const end = await runLocally(loop({ gate: { margin: 1 } }));

    expect(end).toMatchObject({ outcome: "stopped", promoted: 0, reason: "2 candidates in a row were not let in" });
    expect(end.iterations.map(({ status }) => status)).toEqual(["promoted", "refused", "refused"]);
  },
);

test("PIT: drafts, a gap model that judges them, and both stages of improving", { timeout: 240_000 }, async () => {
  const own = join(folder, "language");
  await promisify(execFile)(python, ["-m", "tests.loops.make_lm_loop", own], { cwd: trainer });
  // Several steps, so that a loss can be seen to fall.
  const steps = { epochs: 6, batchSize: 8, gapLearningRate: 0.01 };

  const end = await runLocally({
    ...loop({ iterations: 1, measure: { count: 2, queries: 20 } }),
    method: "pit",
    policy: { kind: "causal-lm", folder: join(own, "policy") },
    task: { questions: join(own, "task.parquet") },
    maxTokens: 6,
    parameters: {
      reward: "mean-log-probability",
      draws: 3,
      improvements: 2,
      verifies: false,
      loraRank: null,
      ...steps,
    },
  });

  const [, first] = end.iterations;
  expect(first?.steps.map(({ step }) => step.name).join(" ")).toBe(
    "draft to-imitate imitate to-judge judge drafts improve-0 accept-0 learn-0 own own-drafts improve-1 accept-1 learn-1 measure gate",
  );
  const judged = first?.steps.find(({ step }) => step.name === "judge")?.summary;
  expect(Number(judged?.["loss"])).toBeLessThan(Number(judged?.["firstLoss"]));
});

test("the HQ-CLIP cycle: a CLIP names drawings, another is taught by the names", { timeout: 240_000 }, async () => {
  const models = new URL("../../gpu-runners/vision/models/", import.meta.url).pathname;
  const steps = { batchSize: 16, clipSteps: 5, clipBatchSize: 32, clipLearningRate: 1e-4, clipWarmupSteps: 1 };

  const end = await runLocally({
    ...loop({ iterations: 1, measure: { count: 2 } }),
    method: "hq-clip-cycle",
    policy: { kind: "label", folder: join(models, "emoji-clip-base") },
    reward: join(models, "emoji-clip-base"),
    judge: join(models, "emoji-clip-judge"),
    task: await writeEmojiVersion(join(folder, "emoji"), { samples: 120, seed: "1" }),
    parameters: { draws: 2, learningRate: 1e-5, rawShare: 0.2, ...steps },
  });

  const [start, first] = end.iterations;
  const learned = first?.steps.filter(({ step }) => step.kind === "learn");
  expect(first?.steps.map(({ step }) => step.name).join(" ")).toBe(
    "draw select learn refine pair learn-clip measure measure-judge gate",
  );
  expect(learned?.map(({ outputs }) => outputs.flat().length)).toEqual([6, 6]);
  // Drawings it was never shown, called by their own names among all others.
  expect(start?.monitors?.verified.value).toBeGreaterThan(0.2);
});
