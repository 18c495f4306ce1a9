import { defineRecipe, type NamedRecipe, type ValueRow } from "./named-recipe.ts";

const tried = "the demo's, never tuned";

/** A budget for a few thousand samples and a small architecture: minutes on two cores. */
const rawSmall = defineRecipe({
  name: "raw-small",
  about: "plain CLIP on the raw alt-text: the arm that hq-clip-small is measured against",
  values: [
    ["steps", 400, "ours", tried],
    ["batchSize", 128, "ours", tried],
    ["learningRate", 5e-4, "ours", "DataComp's rate, though its batch is 32 times as large"],
    ["warmupSteps", 30, "ours", tried],
    ["positiveProbability", 0, "ours", "the arm's definition"],
  ],
});

const hqClipSmall = defineRecipe({
  name: "hq-clip-small",
  about:
    "HQ-CLIP on the budget of raw-small: raw text and d+ mixed, hard negatives, tags. The paper gives the parts, not the weights",
  from: rawSmall,
  values: [
    ["positiveProbability", 0.8, "ours", "not published by HQ-CLIP; WhatIf's p"],
    ["hni.weight", 0.25, "ours", "not published; FSC-CLIP uses 0.5, from a trained model"],
    ["hni.form", "two-way", "ours", "the simplest form that fits HQ-CLIP's framework figure"],
    ["hni.negatives", "one", "paper", "HQ-CLIP, framework figure: d- or t- by random selection"],
    ["hni.tagProbability", 0.5, "ours", "not published"],
    ["tags.weight", 0.1, "ours", "not published"],
    ["tags.form", "bce", "ours", "the figure shows a multi-label grid; not published"],
    ["tags.vocabularySize", 512, "ours", "not published"],
  ],
});

const off = {
  hni: ["hni.weight", 0, "ours", "off in this ablation"],
  tags: ["tags.weight", 0, "ours", "off in this ablation"],
} satisfies Record<string, ValueRow>;

function ablate(suffix: string, about: string, values: readonly ValueRow[]): NamedRecipe {
  return defineRecipe({ name: `hq-clip-small-${suffix}`, about, from: hqClipSmall, isAblation: true, values });
}

/** One ablation for every choice that HQ-CLIP leaves open. */
export const smallRecipes: readonly NamedRecipe[] = [
  rawSmall,
  hqClipSmall,
  ablate("mix-only", "raw text and d+ mixed, no further loss", [off.hni, off.tags]),
  ablate("positive-only", "d+ alone, no further loss", [
    ["positiveProbability", 1, "ours", "d+ wherever there is one"],
    off.hni,
    off.tags,
  ]),
  ablate("hni-only", "mixed text and hard negatives, no tags", [off.tags]),
  ablate("tags-only", "mixed text and tags, no hard negatives", [off.hni]),
  ablate("in-denominator", "negatives in the image's softmax", [
    ["hni.form", "in-denominator", "repo", "NegCLIP, TripletCLIP: CE(image to all texts), CE(text to image)"],
    ["hni.weight", 1, "repo", "NegCLIP, TripletCLIP: a negative weighs what a positive of another image does"],
  ]),
  ablate("focal", "one softmax over d+, d- and t-, focal and smoothed", [
    ["hni.form", "one-plus-k", "repo", "FSC-CLIP's global loss"],
    ["hni.weight", 0.5, "repo", "FSC-CLIP"],
    ["hni.focalGamma", 2, "repo", "FSC-CLIP"],
    ["hni.labelSmoothing", 0.02, "repo", "FSC-CLIP"],
    ["hni.negatives", "both", "ours", "K = 2: both of the negatives there are"],
  ]),
  ablate("description-negatives", "d- alone as the negative", [
    ["hni.tagProbability", 0, "ours", "which of d- and t- helps is not published"],
  ]),
  ablate("tag-negatives", "t- alone as the negative", [
    ["hni.tagProbability", 1, "ours", "which of d- and t- helps is not published"],
  ]),
  ablate("idf", "tags by one softmax, rare ones weighing more", [
    ["tags.form", "idf-softmax", "paper", "SuperClass: target w y / sum(w y), w = ln(N / n)"],
  ]),
  ablate("half", "raw text and d+ alike", [["positiveProbability", 0.5, "ours", "not published by HQ-CLIP"]]),
  ablate("uniform", "any of a sample's texts alike", [
    ["captions.schedule", "uniform", "repo", "LaCLIP: uniform choice among original and rewrites"],
  ]),
  ablate("clips", "a fifth of the texts a sentence of d+", [
    ["positiveProbability", 0.2, "paper", "CLIPS: 80 % original, 20 % synthetic"],
    ["captions.pieces", "sentences", "paper", "CLIPS: short pieces of a synthetic caption beat the whole"],
  ]),
  ablate("sentences", "sentences of d+ rather than all of it", [
    ["captions.pieces", "sentences", "paper", "CLIPS, DreamLIP: sub-captions"],
  ]),
  ablate("long", "texts of up to 248 tokens", [
    ["context", 248, "paper", "Long-CLIP: 20 positions kept, the rest interpolated"],
  ]),
  ablate("siglip", "SigLIP's sigmoid loss in the place of InfoNCE", [
    ["contrastive.form", "siglip", "paper", "SigLIP"],
    ["contrastive.initialScale", 10, "paper", "SigLIP: t' = log 10"],
    ["contrastive.initialBias", -10, "paper", "SigLIP: b = -10"],
  ]),
];
