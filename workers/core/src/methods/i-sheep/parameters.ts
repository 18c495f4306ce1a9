import { z } from "zod";
import { count, learningRate, parameter, split, temperature } from "../parameter.ts";
import { barRules } from "./passes-bar.ts";

export const ISheepParameters = z
  .strictObject({
    style: parameter(z.enum(["one-base", "one-last", "total-base"]), "one-base", [
      "paper",
      "one-base learns this round's pairs from the first weights, one-last from the last, total-base all rounds' from the first",
    ]),
    split: parameter(split, "train", ["ours", "Split of the seeds: queries that new instructions are made after"]),
    seeds: parameter(count(100_000), 175, ["paper", "Seed queries of a round"]),
    generated: parameter(count(1_000_000), 10_000, ["paper", "I: instructions made in a round"]),
    examples: parameter(count(32, 0), 3, ["ours", "Seeds shown when an instruction is made"]),
    temperature: parameter(temperature, 1, ["ours", "Temperature when instructions are made; grades are greedy"]),
    answerTemperature: parameter(temperature, 0, ["paper", "Temperature of answers; 0 is greedy, as the formula says"]),
    minWords: parameter(count(1000), 3, ["ours", "Shorter instructions are dropped"]),
    maxWords: parameter(count(10_000), 150, ["ours", "Longer instructions are dropped"]),
    rule: parameter(z.enum(barRules), "average", [
      "ours",
      "How the two grades come to one; none keeps all (Self-Instruct)",
    ]),
    threshold: parameter(z.number().min(0).max(10), 8, ["paper", "C: pairs graded above it are kept"]),
    mostLearnt: parameter(count(1_000_000), 3000, ["paper", "Pairs of a round that are learnt at most"]),
    probe: parameter(count(100_000, 0), 200, [
      "ours",
      "Pairs that the first weights grade too, to see whether the grader drifts; 0: none",
    ]),
    maxDrift: parameter(z.number().min(0).max(10), 1, [
      "ours",
      "How much higher than the first weights it may grade, on the mean",
    ]),
    epochs: parameter(count(1000), 2, ["paper", "Passes over the kept pairs"]),
    batchSize: parameter(count(65_536), 16, ["paper", "Pairs of a learning step: 1 by 2 on 8 GPUs"]),
    learningRate: parameter(learningRate, 5e-5, ["paper", "At the start of the cosine"]),
    warmupSteps: parameter(count(1_000_000, 0), 20, ["paper", "Steps of warm-up"]),
    loraRank: parameter(count(1024).nullable(), 8, ["paper", "Rank of LoRA; null learns all weights"]),
    loraAlpha: parameter(z.number().gt(0).max(10_000), 16, ["paper", "Scale of LoRA"]),
    loraDropout: parameter(z.number().min(0).max(0.99), 0.05, ["paper", "Dropout of LoRA"]),
  })
  .refine(({ minWords, maxWords }) => minWords <= maxWords, {
    path: ["minWords"],
    message: "it must be at most maxWords",
  });
export type ISheepParameters = z.infer<typeof ISheepParameters>;
