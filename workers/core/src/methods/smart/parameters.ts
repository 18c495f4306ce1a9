import { z } from "zod";
import { count, learningRate, parameter, split, temperature } from "../parameter.ts";

const tag = z.string().regex(/^[a-z][a-z-]{0,19}$/);

export const SmartParameters = z.strictObject({
  strategies: parameter(
    z.array(tag).min(1).max(8),
    ["steps", "questions", "program"],
    ["paper", "Tags of the ways to an answer; with one alone this is rejection sampling by it"],
  ),
  attempts: parameter(count(8), 3, ["paper", "Tries of a query, each in a way not yet used; 1 keeps first tries only"]),
  choice: parameter(z.enum(["policy", "random", "fixed"]), "policy", [
    "paper",
    "How another way is chosen after a failure: by the policy's own chances, at random, or in the order of the list",
  ]),
  refinedRounds: parameter(count(1000, 0), 1000, [
    "paper",
    "Rounds in which later tries are learnt too; after them only first tries, as retries of the best way feed the others",
  ]),
  split: parameter(split, "train", ["ours", "Split of the queries it learns from"]),
  queries: parameter(count(1_000_000), 7473, ["ours", "Queries of a round"]),
  draws: parameter(count(64), 1, ["ours", "Tries begun for each query"]),
  temperature: parameter(temperature, 1, ["ours", "Temperature of all tries"]),
  from: parameter(z.enum(["base", "current"]), "base", ["ours", "Weights that learning starts from"]),
  isPooled: parameter(z.boolean(), true, ["ours", "Learns from the rows of earlier rounds too"]),
  epochs: parameter(count(1000), 2, ["ours", "Passes over the kept tries"]),
  batchSize: parameter(count(65_536), 16, ["ours", "Tries of a learning step"]),
  learningRate: parameter(learningRate, 2e-4, ["ours", "At the start; falls linearly to 0"]),
  loraRank: parameter(count(1024).nullable(), 16, [
    "ours",
    "Rank of LoRA, which the paper uses; null learns all weights",
  ]),
});
export type SmartParameters = z.infer<typeof SmartParameters>;
