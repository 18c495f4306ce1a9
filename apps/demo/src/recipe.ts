/** What both arms are given alike. */
const budget = { steps: 400, batchSize: 128, learningRate: 5e-4, warmupSteps: 30 } as const;

/** Every value the demo's two training arms are made of, in one place. Both start from the same base and take equal steps. */
export const demoRecipe = {
  datasets: { corpus: "emoji-corpus", test: "emoji-test" },
  baseModel: "emoji-clip-base",
  judgeModel: "emoji-clip-judge",
  imagePx: 64,
  shardSamples: 500,
  arms: {
    raw: {
      ...budget,
      positiveProbability: 0,
      hni: { weight: 0 },
      tags: { weight: 0 },
    },
    hq: {
      ...budget,
      positiveProbability: 0.8,
      hni: { weight: 0.25 },
      tags: { weight: 0.1 },
    },
  },
} as const;

export const armNames = ["raw", "hq"] as const;
export type ArmName = (typeof armNames)[number];
