/**
 * What can be sampled from and learn. `tabular`: a table of logits, the exact test bed. `label`: a CLIP package whose softmax over a
 * query's choices is the policy. `causal-lm`, `image-text`: a folder of transformers.
 */
export const policyKinds = ["tabular", "label", "causal-lm", "image-text"] as const;
export type PolicyKind = (typeof policyKinds)[number];
