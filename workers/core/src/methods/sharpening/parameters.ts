import { z } from "zod";
import { count, learningRate, parameter, split } from "../parameter.ts";

export const SharpeningParameters = z.strictObject({
  variant: parameter(z.enum(["sft", "adaptive", "pairs", "online"]), "sft", [
    "paper",
    "sft learns best-of-N texts; adaptive draws until it has surely seen the likeliest; pairs is the RLHF type; online also explores (XPO)",
  ]),
  selfReward: parameter(z.enum(["log-probability", "mean-log-probability", "majority"]), "log-probability", [
    "paper",
    "What the first weights think of a text: log-probability, the same per token, or how many draws agree on the answer",
  ]),
  split: parameter(split, "train", ["ours", "Split of the queries it learns from"]),
  queries: parameter(count(1_000_000), 256, ["paper", "Queries of a round"]),
  draws: parameter(count(1024), 50, ["paper", "N: texts drawn of each query"]),
  delta: parameter(z.number().gt(0).lt(1), 0.1, ["ours", "adaptive: chance of missing the likeliest text"]),
  wave: parameter(count(1024), 16, ["ours", "adaptive: texts drawn at a time of queries that are not done"]),
  maxWaves: parameter(count(64), 8, ["ours", "adaptive: a query that is not done by then gets the likeliest seen"]),
  probeQueries: parameter(count(100_000, 0), 200, [
    "ours",
    "Labelled queries on which self-reward must tell right from wrong before the first round; 0: no such test",
  ]),
  probeDraws: parameter(count(1024), 8, ["ours", "Texts drawn of each probe query"]),
  minAuc: parameter(z.number().min(0).max(1), 0.5, [
    "ours",
    "The loop ends where the area under the curve is at most this",
  ]),
  epochs: parameter(count(1000), 30, ["paper", "Passes over the kept texts"]),
  batchSize: parameter(count(65_536), 4, ["paper", "Texts of a learning step"]),
  learningRate: parameter(learningRate, 3e-4, ["paper", "At the start; falls linearly to 0"]),
  clipNorm: parameter(z.number().gt(0).max(1000), 0.1, ["paper", "Largest norm of a gradient"]),
  weightDecay: parameter(z.number().min(0).max(10), 0.1, ["paper", "Swept in the paper: 0 to 1"]),
  loraRank: parameter(count(1024).nullable(), 16, ["paper", "Rank of LoRA; null learns all weights"]),
  beta: parameter(z.number().gt(0).max(100), 0.1, [
    "ours",
    "pairs, online: weight of the distance to the first weights",
  ]),
  optimism: parameter(z.number().min(0).max(100), 0.01, ["ours", "online: weight of XPO's optimism"]),
});
export type SharpeningParameters = z.infer<typeof SharpeningParameters>;
