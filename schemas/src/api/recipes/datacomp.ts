import { defineRecipe, type NamedRecipe } from "./named-recipe.ts";
import { smallRecipes } from "./small.ts";

const scales = {
  small: { architecture: "ViT-B-32", batchSize: 4096, samplesSeen: 12_800_000 },
  medium: { architecture: "ViT-B-32", batchSize: 4096, samplesSeen: 128_000_000 },
  large: { architecture: "ViT-B-16", batchSize: 8192, samplesSeen: 1_280_000_000 },
} as const;

const open = "datacomp scale_configs.py";

/** DataComp's fixed budgets, plain and with HQ-CLIP's losses: only data and losses may differ. */
export const datacompRecipes: readonly NamedRecipe[] = Object.entries(scales).flatMap(([scale, budget]) => {
  const { architecture, batchSize, samplesSeen } = budget;
  const plain = defineRecipe({
    name: `datacomp-${scale}`,
    about: `DataComp's ${scale} scale: ${architecture}, ${samplesSeen / 1e6} million samples seen. For machines with GPUs`,
    architecture,
    values: [
      ["steps", Math.ceil(samplesSeen / batchSize), "repo", `${open}: ${samplesSeen} samples by ${batchSize}`],
      ["batchSize", batchSize, "repo", open],
      ["learningRate", 5e-4, "repo", open],
      ["warmupSteps", 500, "repo", open],
      ["weightDecay", 0.2, "repo", "open_clip's default, which DataComp leaves as it is"],
      ["beta2", 0.98, "repo", "open_clip's default for a ViT; DataComp sets it at xlarge alone"],
      ["precision", "bf16", "ours", "DataComp trains in fp16 with loss scaling"],
      ["scale.activationCheckpointing", true, "repo", "datacomp train.py: --grad-checkpointing"],
      ["augment.shift", 0.05, "ours", "near to open_clip's random crop of 90 to 100 % of the area"],
      ["augment.scale", 0.05, "ours", "near to open_clip's random crop of 90 to 100 % of the area"],
      ["checkpointEverySteps", 500, "ours", "a lost machine costs at most these steps"],
    ],
  });
  const hq = smallRecipes.find(({ name }) => name === "hq-clip-small");
  const hqRows = (hq?.values ?? []).filter(({ path }) => /^(positiveProbability|hni|tags)/.test(path));
  return [
    plain,
    defineRecipe({
      name: `hq-clip-datacomp-${scale}`,
      about: `HQ-CLIP on DataComp's ${scale} budget; that the paper keeps this budget is inferred from its table's rows`,
      from: plain,
      values: hqRows.map(({ path, value, source, note }) => [path, value, source, note]),
    }),
  ];
});
