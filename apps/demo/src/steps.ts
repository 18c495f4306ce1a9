import { Evaluation, type EvaluationScores, Model, Run, Version } from "@whetstone/schemas/api";
import { type Client, createClient } from "@whetstone/schemas/client";
import { join, resolve } from "node:path";
import { z } from "zod";
import { demoRecipe } from "./recipe.ts";
import type { Stack } from "./stack.ts";
import type { Scores } from "./summary.ts";

const packages = resolve(import.meta.dirname, "../../../gpu-runners/vision/models");
const Pushed = z.object({ version: Version, run: Run });

export interface TrainInput {
  recipe: unknown;
  versionId: string;
  initModelId: string;
  seed: number;
}

export interface TestSet {
  versionId: string;
  classesPath: string;
}

export interface Steps {
  api: Client;
  pushModel(name: string): Promise<Model>;
  pushDataset(name: string, archives: readonly string[]): Promise<Version>;
  refine(versionId: string, seed: number): Promise<{ version: Version; run: Run }>;
  train(name: string, input: TrainInput): Promise<Model>;
  judgeTexts(modelId: string, versionId: string): Promise<Extract<EvaluationScores, { type: "text-scores" }>>;
  evaluate(modelId: string, on: TestSet): Promise<Scores>;
  /** Share of test drawings closer to their true label than to another of their kind. */
  judgePairs(modelId: string, versionId: string): Promise<number>;
}

/** The demo's verbs, each one CLI command (or API call) as a user would give it. */
export function createSteps(stack: Stack): Steps {
  const { whetstone } = stack;
  const api = createClient({ baseUrl: stack.url, key: stack.key });

  async function evaluateTasks(modelId: string, args: readonly string[]): Promise<EvaluationScores[]> {
    const { scores } = await whetstone(Evaluation, ["evaluate", modelId, ...args]);
    return scores ?? [];
  }

  return {
    api,
    pushModel: (name) => whetstone(Model, ["model", "push", join(packages, name)]),

    async pushDataset(name, archives) {
      const { version } = await whetstone(Pushed, [
        "dataset",
        "push",
        ...archives,
        "--name",
        name,
        "--shard-samples",
        String(demoRecipe.shardSamples),
      ]);
      return version;
    },

    async refine(versionId, seed) {
      const run = await whetstone(Run, ["refine", versionId, "--seed", String(seed)]);
      if (run.output.versionId === null) throw new Error(`refine run ${run.id} made no version`);
      return { run, version: await api.versions.get(run.output.versionId) };
    },

    async train(name, { recipe, versionId, initModelId, seed }) {
      const run = await whetstone(Run, [
        "train",
        versionId,
        "--name",
        `emoji-clip-${name}`,
        "--init",
        initModelId,
        "--recipe",
        JSON.stringify(recipe),
        "--seed",
        String(seed),
      ]);
      if (run.output.modelId === null) throw new Error(`train run ${run.id} made no model`);
      return api.models.get(run.output.modelId);
    },

    async judgeTexts(modelId, versionId) {
      for (const scores of await evaluateTasks(modelId, ["--on", versionId, "--task", "text-scores"]))
        if (scores.type === "text-scores") return scores;
      throw new Error("the judge gave no text scores");
    },

    async judgePairs(modelId, versionId) {
      for (const scores of await evaluateTasks(modelId, ["--on", versionId, "--task", "compositional-pairs"]))
        if (scores.type === "compositional-pairs") return scores.accuracy;
      throw new Error("the evaluation gave no pairs");
    },

    async evaluate(modelId, { versionId, classesPath }) {
      const tasks = ["--task", "zero-shot-classification", "--classes", classesPath, "--task", "retrieval"];
      const all = await evaluateTasks(modelId, ["--on", versionId, ...tasks]);
      const classification = all.find((scores) => scores.type === "zero-shot-classification");
      const retrieval = all.find((scores) => scores.type === "retrieval");
      if (!classification || !retrieval) throw new Error(`the evaluation of ${modelId} lacks scores`);
      return {
        acc1: classification.acc1,
        acc5: classification.acc5,
        textToImageR1: retrieval.textToImage.r1,
        imageToTextR1: retrieval.imageToText.r1,
      };
    },
  };
}
