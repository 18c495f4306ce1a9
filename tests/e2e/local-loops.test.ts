import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLoopProgram, type LoopProgram } from "@whetstone/trainer/loops";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeEmojiVersion } from "../bench/loops/emoji-version.ts";
import { type LocalLoop, runLocally } from "../bench/loops/local-loop.ts";

const trainer = new URL("../../gpu-runners/trainer/", import.meta.url).pathname;
const python = join(trainer, ".venv/bin/python");

let folder: string;
let language: string;
let program: LoopProgram;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whetstone-local-loops-"));
  await promisify(execFile)(python, ["-m", "tests.loops.make_loop", folder], { cwd: trainer });
  language = join(folder, "language");
  await promisify(execFile)(python, ["-m", "tests.loops.make_lm_loop", language], { cwd: trainer });
  vi.stubEnv("HF_HUB_CACHE", join(language, "hub"));
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  program = createLoopProgram({ python, threads: 1 });
}, 300_000);

afterAll(async () => {
  program?.stop();
  vi.unstubAllEnvs();
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
  // Several steps, so that a loss can be seen to fall.
  const steps = { epochs: 6, batchSize: 8, gapLearningRate: 0.01 };

  const end = await runLocally({
    ...loop({ iterations: 1, measure: { count: 2, queries: 20 } }),
    method: "pit",
    policy: { kind: "causal-lm", folder: join(language, "policy") },
    task: { questions: join(language, "task.parquet") },
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

/** Two texts of each query, the likelier of which is learned. */
const sharpening = {
  method: "sharpening",
  parameters: { probeQueries: 0, queries: 8, draws: 2, epochs: 4, batchSize: 8, learningRate: 0.01, loraRank: null },
  maxTokens: 4,
} as const;

test("a model that reads images sharpens what it writes of drawings", { timeout: 240_000 }, async () => {
  const policy = join(language, "sees");
  const end = await runLocally({
    ...loop({ iterations: 1, measure: { count: 2, queries: 4 } }),
    ...sharpening,
    policy: { kind: "image-text", folder: policy },
    task: await writeEmojiVersion(join(folder, "seen"), { samples: 24, seed: "1" }),
  });

  const learned = end.iterations[1]?.steps.find(({ step }) => step.kind === "learn");
  expect(Number(learned?.summary["loss"])).toBeLessThan(Number(learned?.summary["firstLoss"]));
  // What was learned is a whole folder again.
  const names = learned?.outputs.flat().map(({ name }) => name);
  expect(names?.toSorted()).toEqual([...(await readdir(policy)), "optimiser.safetensors"].toSorted());
});

test("a checkpoint of the hub is a policy like the same folder", { timeout: 240_000 }, async () => {
  const run = (policy: LocalLoop["policy"]) =>
    runLocally({
      ...loop({ iterations: 1, measure: { count: 2, queries: 4 } }),
      ...sharpening,
      policy,
      task: { questions: join(language, "task.parquet") },
    });
  const hub = { id: "someone/tiny", revision: "0123456789abcdef0123456789abcdef01234567" };

  const ends = [
    await run({ kind: "causal-lm", hub }),
    await run({ kind: "causal-lm", folder: join(language, "policy") }),
  ];

  const [fetched, given] = ends.map(({ iterations: [start, first] }) => [
    start?.slots["policy"]?.sha256,
    first?.steps.find(({ step }) => step.kind === "learn")?.summary["weights"],
  ]);
  expect(fetched).toEqual(given);
  expect(fetched).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(fetched?.[0]).not.toBe(fetched?.[1]);
  await expect(run({ kind: "causal-lm", hub: { ...hub, id: "someone/other" } })).rejects.toThrow(
    "someone/other is not in the cache",
  );
});
