import { z } from "zod";
import { count, learningRate, parameter, split, temperature } from "../parameter.ts";

const value = z.number().min(0).max(10);

export const SraMctsParameters = z.strictObject({
  mode: parameter(z.enum(["search", "best-of-n", "steps"]), "search", [
    "repo",
    "search grows a tree of steps; best-of-n draws `draws` programs and steps one chain of thought a query, the baselines at equal calls",
  ]),
  rounds: parameter(count(64), 2, [
    "repo",
    "R: rounds of a search, and the most steps of a plan; real search wants 6 or more",
  ]),
  branch: parameter(count(16), 3, ["repo", "B: steps proposed of a node"]),
  lookAhead: parameter(count(16, 0), 1, ["repo", "L: steps looked ahead"]),
  lookAheadBranch: parameter(count(16), 2, ["repo", "B2: continuations of a step looked ahead"]),
  end: parameter(value, 8.8, ["repo", "A node of this value ends the search when it is selected"]),
  exploration: parameter(z.number().min(0).max(100), 0.5, ["repo", "c of UCB"]),
  mix: parameter(z.number().min(0).max(1), 0.5, ["repo", "alpha: share of the best value looked ahead"]),
  unvisited: parameter(z.number().min(0).max(1000), 8, ["repo", "What an unvisited child's value is raised by"]),
  reflects: parameter(z.boolean(), true, ["repo", "The policy says what is missing before it proposes"]),
  temperature: parameter(temperature, 0.7, ["repo", "Temperature of steps and programs"]),
  minWords: parameter(count(1000, 0), 20, ["repo", "Plans of fewer words are dropped"]),
  filtersByVerdict: parameter(z.boolean(), true, [
    "ours",
    "Keeps only what runs to the right answer; the repo computes a verdict and keeps all",
  ]),
  learns: parameter(z.enum(["plan-and-program", "program"]), "plan-and-program", [
    "paper",
    "program alone is the paper's ablation",
  ]),
  draws: parameter(count(1024), 13, ["ours", "best-of-n: programs of each query, as many as a search makes calls"]),
  split: parameter(split, "train", ["ours", "Split of the queries it learns from"]),
  queries: parameter(count(1_000_000), 1819, ["repo", "Queries of a round"]),
  epochs: parameter(count(1000), 3, ["ours", "Passes over the kept rows"]),
  batchSize: parameter(count(65_536), 16, ["ours", "Rows of a learning step"]),
  learningRate: parameter(learningRate, 1e-4, ["ours", "At the start of the cosine"]),
  loraRank: parameter(count(1024).nullable(), 16, ["ours", "Rank of LoRA; null learns all weights"]),
});
export type SraMctsParameters = z.infer<typeof SraMctsParameters>;
