// npm run bench:proof, its second half: the arms of `gpu-runners/trainer/recipes/proof` on the emoji corpus, each trained and judged on the
// real stack. Leaves one JSON file an arm and seed under `.cache/proof/emoji`, so it may stop anywhere and goes on where it was.
import { execFile } from "node:child_process";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { drawRole, listLabels, writeArchives } from "./corpus.ts";
import { demoRecipe } from "./recipe.ts";
import { openStack } from "./stack.ts";
import { createSteps, type Steps } from "./steps.ts";

const root = resolve(import.meta.dirname, "../../..");
const trainer = join(root, "gpu-runners/trainer");
const folder = join(root, ".cache/proof/emoji");
const Arms = z.record(z.string(), z.record(z.string(), z.unknown()));
const Result = z.object({ recipe: z.unknown() });

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    samples: { type: "string", default: "2000" },
    minutes: { type: "string", default: "60" },
  },
});
const deadline = performance.now() + 60_000 * Number(values.minutes);
const arms = Arms.parse(JSON.parse(await runProof("arms")));
const stack = await openStack(join(root, ".whetstone/proof"));
try {
  const steps = createSteps(stack);
  const data = await prepare(steps);
  for (let seed = 0; seed < Number(values.seeds); seed += 1) {
    for (const [arm, recipe] of Object.entries(arms)) {
      const path = join(folder, "results", `${arm.replaceAll(" ", "-")}-${seed}.json`);
      if (await isMeasured(path, recipe)) continue;
      if (performance.now() > deadline)
        throw new Error(`stopped after ${values.minutes} minutes: run it again to go on`);
      const scores = await measure(steps, { ...data, name: `proof-${arm.replaceAll(/[^a-z]+/g, "-")}`, recipe, seed });
      await writeFile(`${path}.partial`, JSON.stringify({ recipe, scores }));
      await rename(`${path}.partial`, path);
      process.stderr.write(`${arm}, seed ${seed}: ${JSON.stringify(scores)}\n`);
    }
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await stack.stop();
}
process.stdout.write(await runProof("table"));

/** Corpus and test set in the stack, the corpus refined by the embedded refiner; what was pushed before is pushed again. */
async function prepare(steps: Steps) {
  await mkdir(join(folder, "results"), { recursive: true });
  await mkdir(join(folder, "data"), { recursive: true });
  const draw = (role: "corpus" | "test", limit?: number) =>
    drawRole(role, {
      seed: "proof",
      sizePx: demoRecipe.imagePx,
      cacheFolder: join(root, ".cache/artwork/cache"),
      onProgress: () => undefined,
      ...(limit === undefined ? {} : { limit }),
    });
  const classesPath = join(folder, "data/classes.txt");
  await writeFile(classesPath, `${listLabels().join("\n")}\n`);
  const init = await steps.pushModel(demoRecipe.baseModel);
  const archives = await writeArchives(await draw("corpus", Number(values.samples)), join(folder, "data"), "corpus");
  const corpus = await steps.pushDataset("proof-corpus", archives);
  const test = await steps.pushDataset(
    "proof-test",
    await writeArchives(await draw("test"), join(folder, "data"), "test"),
  );
  const { version } = await steps.refine(corpus.id, 0);
  const facts = {
    samples: corpus.sampleCount,
    refined: version.sampleCount - version.rejectCount,
    test: test.sampleCount,
  };
  await writeFile(join(folder, "data/facts.json"), JSON.stringify(facts));
  return { initModelId: init.id, versionId: version.id, test: { versionId: test.id, classesPath } };
}

async function measure(
  steps: Steps,
  job: Awaited<ReturnType<typeof prepare>> & { name: string; recipe: unknown; seed: number },
): Promise<Record<string, number>> {
  const { id } = await steps.train(job.name, job);
  const scores = await steps.evaluate(id, job.test);
  const pairs = await steps.judgePairs(id, job.test.versionId);
  const percent = (share: number): number => Number((100 * share).toFixed(2));
  return {
    zeroShot: percent(scores.acc1),
    "retrieval.textToImage": percent(scores.textToImageR1),
    "retrieval.imageToText": percent(scores.imageToTextR1),
    "pairs.sameKind": percent(pairs),
  };
}

async function isMeasured(path: string, recipe: unknown): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text !== undefined && JSON.stringify(Result.parse(JSON.parse(text)).recipe) === JSON.stringify(recipe);
}

/** The recipes of the arms, and the table of what was measured, are the trainer's: one source for both corpora. */
async function runProof(verb: "arms" | "table"): Promise<string> {
  const python = join(trainer, ".venv/bin/python");
  const { stdout } = await promisify(execFile)(python, ["-m", "recipes.proof", verb, "emoji"], { cwd: trainer });
  return stdout;
}
