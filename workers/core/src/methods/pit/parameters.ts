import { z } from "zod";
import { count, learningRate, parameter, split, temperature } from "../parameter.ts";
import { rewardParameters } from "../reward-choice.ts";

export const PitParameters = z.strictObject({
  curriculum: parameter(z.enum(["both", "stage-0", "stage-1"]), "both", [
    "paper",
    "stage-0 improves drafts of the data, stage-1 what the policy writes itself; the paper needs both",
  ]),
  split: parameter(split, "train", ["ours", "Split of the queries it learns from"]),
  queries: parameter(count(1_000_000), 3000, [
    "ours",
    "Queries of a round; a third each teaches to imitate, to judge and to improve",
  ]),
  draws: parameter(count(256, 2), 8, [
    "ours",
    "Drafts of each query, of which the best and the worst make a preference",
  ]),
  temperature: parameter(temperature, 1, ["ours", "Temperature of drafts"]),
  ...rewardParameters,
  minGap: parameter(z.number().min(0).max(100), 0.1, ["ours", "Least difference of rewards that makes a preference"]),
  improvements: parameter(count(256, 2), 4, ["ours", "Improvements drawn of each draft"]),
  improverTemperature: parameter(temperature, 0.5, [
    "paper",
    "Temperature of improvements (as reviews report it: 0.4 to 0.6)",
  ]),
  objective: parameter(z.enum(["rejection", "dpo", "grpo"]), "rejection", [
    "ours",
    "How gaps are learnt: improvements with a gap above 0; largest against smallest gap; all with their advantage. The paper's is RL on a large fleet",
  ]),
  verifies: parameter(z.boolean(), true, ["ours", "rejection: the task's verdict must not be worse than the draft's"]),
  beta: parameter(z.number().gt(0).max(100), 0.1, ["ours", "dpo, grpo: weight of the distance to the imitator"]),
  epochs: parameter(count(1000), 1, ["ours", "Passes over the rows of each stage"]),
  batchSize: parameter(count(65_536), 16, ["ours", "Rows of a learning step"]),
  learningRate: parameter(learningRate, 1e-4, ["ours", "At the start of each stage's cosine"]),
  gapLearningRate: parameter(learningRate, 1e-4, ["ours", "Of the gap model"]),
  loraRank: parameter(count(1024).nullable(), 16, ["ours", "Rank of LoRA; null learns all weights"]),
});
export type PitParameters = z.infer<typeof PitParameters>;
