import { type MethodId, methodIds } from "@whetstone/schemas/api";
import { type Bed, readRecipes, type TwoCores } from "./recipes.ts";

/** A method or one of its baselines on a bed: the recipe with parameters changed. */
export interface Arm {
  method: MethodId;
  bed: Bed;
  /** Same in every table and claim. */
  name: string;
  isBaseline: boolean;
  recipe: TwoCores;
}

type Changes = Record<string, Record<string, unknown>>;

/** The method itself is the recipe as it stands. */
const baselines: Partial<Record<MethodId, Changes>> = {
  "b-star": { "fixed settings": { mode: "online-rft" }, "ReST-EM": { mode: "rest-em" } },
  sharpening: {
    "by sum": { selfReward: "log-probability" },
    "by majority": { selfReward: "majority" },
    adaptive: { variant: "adaptive", selfReward: "log-probability", wave: 6, maxWaves: 3 },
    pairs: { variant: "pairs", selfReward: "log-probability", beta: 1 },
    online: { variant: "online", selfReward: "log-probability", beta: 1 },
  },
  smart: {
    "random switch": { choice: "random" },
    "first tries": { attempts: 1 },
    "steps alone": { strategies: ["steps"] },
    "questions alone": { strategies: ["questions"] },
  },
  "sra-mcts": {
    "best of 13": { mode: "best-of-n" },
    "chain of thought": { mode: "steps" },
    "program alone": { learns: "program" },
  },
  "i-sheep": { "one-last": { style: "one-last" }, "no grades": { rule: "none" } },
  "hq-clip-cycle": { "refiner alone": { learns: "refiner" }, "CLIP alone": { learns: "clip" } },
  pit: { "stage 0 alone": { curriculum: "stage-0" }, "stage 1 alone": { curriculum: "stage-1" } },
};

/** A table's texts are one token each, and their answers few: there all self-rewards say about the same. */
const skipped = new Set(["table/by sum", "table/by majority"]);

export async function listArms(): Promise<Arm[]> {
  const arms: Arm[] = [];
  for (const method of methodIds) {
    for (const recipe of (await readRecipes(method))["two-cores"]) {
      const { bed, parameters } = recipe;
      arms.push({ method, bed, name: method, isBaseline: false, recipe });
      for (const [name, changes] of Object.entries(baselines[method] ?? {}))
        if (!skipped.has(`${bed}/${name}`))
          arms.push({
            method,
            bed,
            name,
            isBaseline: true,
            recipe: { ...recipe, parameters: { ...parameters, ...changes } },
          });
    }
  }
  return arms;
}
