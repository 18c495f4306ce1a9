import { z } from "zod";
import { count, learningRate, parameter, split, temperature } from "../parameter.ts";

export const HqClipCycleParameters = z.strictObject({
  learns: parameter(z.enum(["both", "refiner", "clip"]), "both", [
    "ours",
    "Which of the two learns; one alone is a baseline: without the other, the circle does not close",
  ]),
  split: parameter(split, "train", ["ours", "Split of the images"]),
  queries: parameter(count(10_000_000), 2000, ["ours", "Images of a round"]),
  draws: parameter(count(256), 4, ["ours", "Refinements drawn of each image"]),
  temperature: parameter(temperature, 1, ["ours", "Temperature of refinements that are chosen among"]),
  distractors: parameter(count(256), 16, ["ours", "Other images that a text must fit worse"]),
  minMargin: parameter(z.number().min(-1).max(1), 0, [
    "ours",
    "Texts whose CLIP margin is not above this are not learnt",
  ]),
  keptShare: parameter(z.number().gt(0).max(1), 0.5, [
    "ours",
    "Of the images, those whose best text has the highest margin",
  ]),
  rawShare: parameter(z.number().min(0).max(1), 0.5, [
    "ours",
    "Share of CLIP's texts that are raw alt-text; the paper draws between the two, its probability is not published",
  ]),
  epochs: parameter(count(1000), 1, ["ours", "Passes of the refiner over the kept texts"]),
  batchSize: parameter(count(65_536), 16, ["ours", "Texts of a learning step of the refiner"]),
  learningRate: parameter(learningRate, 1e-4, ["ours", "The refiner's, at the start of the cosine"]),
  loraRank: parameter(count(1024).nullable(), null, ["ours", "Rank of LoRA; null learns all of the refiner's weights"]),
  clipSteps: parameter(count(1_000_000), 200, ["ours", "Steps of CLIP in a round"]),
  clipBatchSize: parameter(count(131_072, 2), 256, [
    "ours",
    "Pairs of a step of CLIP (paper: 4,096 and more, DataComp's)",
  ]),
  clipLearningRate: parameter(learningRate, 5e-4, [
    "paper",
    "CLIP's, at the start of the cosine (DataComp small to large)",
  ]),
  clipWarmupSteps: parameter(count(1_000_000, 0), 20, ["ours", "CLIP's steps of warm-up (paper: 500)"]),
  clipWeightDecay: parameter(z.number().min(0).max(10), 0.2, ["paper", "CLIP's (DataComp)"]),
});
export type HqClipCycleParameters = z.infer<typeof HqClipCycleParameters>;
