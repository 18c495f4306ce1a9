import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@whetstone/schemas/client";
import { type Drawing, type DrawOptions, drawRole, listLabels, writeArchives } from "./corpus.ts";
import { formatLives, liveLifetimes } from "./lifelong.ts";
import { scorePixelNeighbours } from "./pixel-nearest-neighbour.ts";
import { type ArmName, armNames, demoRecipe } from "./recipe.ts";
import { formatLoop, runLoop } from "./loop.ts";
import { makeReport } from "./report.ts";
import { openStack, type Stack } from "./stack.ts";
import { createStages, type Stages } from "./stages.ts";
import { createSteps, type Steps } from "./steps.ts";
import { meanScores, type Scores, Summary } from "./summary.ts";
import { formatTables, type Measured } from "./table.ts";

const root = resolve(import.meta.dirname, "../../..");
const dataFolder = join(root, ".whetstone");
const demoFolder = join(dataFolder, "demo");

interface Flags {
  seed: number;
  samples: number | undefined;
  seeds: number;
  isJson: boolean;
  isKept: boolean;
}

/** The main job, end to end: noisy alt-text in; refined texts, two models and a comparison out. Run it with `npm run demo`. */
async function main(): Promise<void> {
  const flags = readFlags();
  const startedAt = performance.now();
  const stages = createStages();
  await mkdir(demoFolder, { recursive: true });
  const stack = await stages.run("stack", () => openStack(dataFolder));
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void stack.stop().then(() => process.exit(130)));
  try {
    const { measured, report, archives } = await measure({ flags, stages, stack });
    const lives = await stages.run("lifelong", () =>
      liveLifetimes(stack, { out: join(demoFolder, "lifelong"), archives }),
    );
    const loop = await stages.run("loop", () => runLoop(stack, { folder: demoFolder, seed: flags.seed }));
    measured.summary.seconds.total = round((performance.now() - startedAt) / 1000);
    await writeFile(join(demoFolder, "summary.json"), `${JSON.stringify(Summary.parse(measured.summary), null, 2)}\n`);
    await writeFile(join(demoFolder, "report.html"), report);
    await writeFile(join(demoFolder, "seeds.json"), `${JSON.stringify(measured.seeds, null, 2)}\n`);
    process.stdout.write(
      flags.isJson
        ? `${JSON.stringify(measured.summary)}\n`
        : `\n${formatTables(measured)}\n\n${formatLives(lives)}\n\n${formatLoop(loop)}\n\n`,
    );
    const { total } = measured.summary.seconds;
    process.stderr.write(`page of results: ${join(demoFolder, "report.html")}\n`);
    process.stderr.write(`summary: ${join(demoFolder, "summary.json")}, ${total} s in all\n`);
    if (flags.isKept) process.stdout.write(await describeDashboard(stack));
    else process.stderr.write("see it all in the dashboard: npx whetstone up\n");
  } finally {
    if (flags.isKept) stack.release();
    else await stack.stop();
  }
}

async function describeDashboard({ url, key }: Stack): Promise<string> {
  const link = await createClient({ baseUrl: url, key }).session.createLink();
  return [
    "the stack stays up; stop it with: npx whetstone down",
    `dashboard: ${url}`,
    `  signs in once, within 15 minutes: ${link.url}`,
    "  another link: npx whetstone open\n",
  ].join("\n");
}

async function measure({ flags, stages, stack }: { flags: Flags; stages: Stages; stack: Stack }) {
  const steps = createSteps(stack);
  const { corpus, test, archives } = await stages.run("artwork", () => drawArtwork(flags));
  const [base, judge] = await stages.run("models", async () => [
    await steps.pushModel(demoRecipe.baseModel),
    await steps.pushModel(demoRecipe.judgeModel),
  ]);
  const [corpusVersion, testVersion] = await stages.run("ingest", async () => [
    await steps.pushDataset(demoRecipe.datasets.corpus, archives.corpus),
    await steps.pushDataset(demoRecipe.datasets.test, archives.test),
  ]);
  const refined = await stages.run("refine", () => steps.refine(corpusVersion.id, flags.seed));
  const texts = await stages.run("judge", () => steps.judgeTexts(judge.id, refined.version.id));
  const on = { versionId: testVersion.id, classesPath: archives.classesPath };
  const baseScores = await stages.run("evaluate", () => steps.evaluate(base.id, on));
  const arms = await runArms(steps, { stages, flags, baseId: base.id, versionId: refined.version.id, on });
  const pixels = await stages.run("pixel neighbours", () => scorePixelNeighbours(corpus, test));

  const { run } = refined;
  const refineSeconds = (Date.parse(run.finishedAt ?? "") - Date.parse(run.startedAt ?? "")) / 1000;
  const summary: Summary = {
    samples: corpusVersion.sampleCount,
    rejects: corpusVersion.rejectCount,
    refine: {
      ok: refined.version.sampleCount - (refined.version.rejectCount - corpusVersion.rejectCount),
      rejected: refined.version.rejectCount - corpusVersion.rejectCount,
      samplesPerSecond: round(corpusVersion.sampleCount / refineSeconds),
      tagF1: texts.tags?.f1 ?? null,
      clip: {
        raw: texts.clip.raw.mean,
        positive: texts.clip.positive?.mean ?? null,
        negative: texts.clip.negative?.mean ?? null,
      },
    },
    train: { raw: arms.metrics.raw, hq: arms.metrics.hq },
    evaluate: {
      base: baseScores,
      raw: meanScores(arms.scores.raw),
      hq: meanScores(arms.scores.hq),
      pixelNearestNeighbour: { acc1: pixels },
    },
    seconds: { setup: await readSetupSeconds(), total: 0, byStage: stages.secondsByStage },
  };
  const { scores: seeds } = arms;
  const measured: Measured = {
    summary,
    texts,
    seeds,
    testSamples: testVersion.sampleCount,
    classCount: archives.classCount,
    cacheHits: run.counts["cacheHits"] ?? 0,
  };
  const report = await makeReport(steps.api, refined.version.id, measured);
  return { measured, report, archives: archives.corpus };
}

interface ArmInput {
  stages: Stages;
  flags: Flags;
  baseId: string;
  versionId: string;
  on: Parameters<Steps["evaluate"]>[1];
}

async function runArms(steps: Steps, { stages, flags, baseId, versionId, on }: ArmInput) {
  const scores: Record<ArmName, Scores[]> = { raw: [], hq: [] };
  const metrics: Record<ArmName, Record<string, unknown>> = { raw: {}, hq: {} };
  for (let seed = flags.seed; seed < flags.seed + flags.seeds; seed += 1) {
    for (const arm of armNames) {
      const model = await stages.run(`train ${arm}`, () =>
        steps.train(arm, { recipe: demoRecipe.arms[arm], versionId, initModelId: baseId, seed }),
      );
      metrics[arm] = model.metrics;
      scores[arm].push(await stages.run("evaluate", () => steps.evaluate(model.id, on)));
    }
  }
  return { scores, metrics };
}

async function drawArtwork(flags: Flags) {
  const draw = (role: "corpus" | "test", limit?: number): Promise<Drawing[]> => {
    const options: DrawOptions = {
      seed: `demo-${flags.seed}`,
      sizePx: demoRecipe.imagePx,
      cacheFolder: join(root, ".cache/artwork/cache"),
      onProgress: (done, total) => {
        if (done === total || done % 1000 === 0) process.stderr.write(`  ${role}: ${done}/${total} drawings\n`);
      },
      ...(limit === undefined ? {} : { limit }),
    };
    return drawRole(role, options);
  };
  const corpus = await draw("corpus", flags.samples);
  const test = await draw("test");
  const labels = listLabels();
  const classesPath = join(demoFolder, "classes.txt");
  await writeFile(classesPath, `${labels.join("\n")}\n`);
  const folder = join(demoFolder, "archives");
  const archives = {
    corpus: await writeArchives(corpus, folder, "corpus"),
    test: await writeArchives(test, folder, "test"),
    classesPath,
    classCount: labels.length,
  };
  return { corpus, test, archives };
}

async function readSetupSeconds(): Promise<number> {
  return Number(await readFile(join(root, ".cache/setup/seconds"), "utf8").catch(() => "0"));
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "0" },
      samples: { type: "string" },
      seeds: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      keep: { type: "boolean" },
    },
    allowNegative: true,
  });
  const toCount = (text: string, flag: string): number => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new Error(`--${flag} ${text}: give a whole number`);
  };
  return {
    seed: toCount(values.seed, "seed"),
    samples: values.samples === undefined ? undefined : Math.max(2, toCount(values.samples, "samples")),
    seeds: Math.max(1, toCount(values.seeds, "seeds")),
    isJson: values.json,
    // Who reads the tables wants to look around next; a program that reads JSON wants its machine back.
    isKept: values.keep ?? !values.json,
  };
}

const round = (value: number): number => Number(value.toFixed(2));

try {
  await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
