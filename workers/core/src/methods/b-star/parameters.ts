import { z } from "zod";
import { count, learningRate, parameter, split, temperature } from "../parameter.ts";
import { rewardParameters } from "../reward-choice.ts";

const threshold = z.number().min(-1000).max(1000);

export const BStarParameters = z
  .strictObject({
    mode: parameter(z.enum(["b-star", "online-rft", "iterative-rft", "rest-em"]), "b-star", [
      "paper",
      "b-star tunes each round; online-rft keeps its settings; iterative-rft also starts optimizer and schedule afresh; rest-em also starts from the first weights",
    ]),
    tunes: parameter(z.enum(["both", "temperature", "threshold"]), "both", ["paper", "What b-star tunes (Table 3)"]),
    split: parameter(split, "train", ["ours", "Split of the queries it learns from"]),
    tuningQueries: parameter(count(100_000), 600, ["paper", "Queries of the tuning subset, the same each round"]),
    queries: parameter(count(1_000_000), 11_500, ["paper", "M: queries of a round"]),
    samplesWanted: parameter(count(10_000_000), 67_500, [
      "paper",
      "N: texts wanted of a round; n* is N / M, rounded up",
    ]),
    draws: parameter(count(1024), 64, ["paper", "k: texts drawn of each query at each temperature"]),
    temperatureLow: parameter(temperature, 0.5, ["paper", "Lowest temperature tried"]),
    temperatureHigh: parameter(temperature, 1.2, ["paper", "Highest temperature tried"]),
    temperatureStep: parameter(z.number().min(0.01).max(10), 0.1, ["paper", "Step of the temperatures (repo: 0.05)"]),
    thresholdLow: parameter(threshold, -1, ["paper", "Lowest threshold tried"]),
    thresholdHigh: parameter(threshold, 1, ["paper", "Highest threshold tried"]),
    thresholdStep: parameter(z.number().min(0.001).max(1000), 0.1, ["paper", "Step of the thresholds (repo: 0.01)"]),
    temperature: parameter(temperature, 1, ["paper", "Temperature where it is not tuned"]),
    threshold: parameter(threshold, 0, ["paper", "A text is kept if its reward is above this, where it is not tuned"]),
    ...rewardParameters,
    addsVerdict: parameter(z.boolean(), true, ["paper", "Adds 1 to the reward of a right text"]),
    steps: parameter(count(1_000_000), 500, ["paper", "Learning steps of a round"]),
    rounds: parameter(count(1000), 9, ["paper", "Rounds that one learning-rate schedule spans"]),
    batchSize: parameter(count(65_536), 128, ["paper", "Texts of a learning step"]),
    learningRate: parameter(learningRate, 4.12e-6, ["repo", "Learning rate at the schedule's start"]),
    minLearningRate: parameter(z.number().min(0).max(1), 2e-7, ["repo", "Learning rate at the end of the cosine"]),
  })
  .refine(({ temperatureLow, temperatureHigh }) => temperatureLow <= temperatureHigh, {
    path: ["temperatureLow"],
    message: "it must be at most temperatureHigh",
  })
  .refine(({ thresholdLow, thresholdHigh }) => thresholdLow <= thresholdHigh, {
    path: ["thresholdLow"],
    message: "it must be at most thresholdHigh",
  })
  .refine((p) => (p.temperatureHigh - p.temperatureLow) / p.temperatureStep < 32, {
    path: ["temperatureStep"],
    message: "at most 32 temperatures can be tried",
  });
export type BStarParameters = z.infer<typeof BStarParameters>;
