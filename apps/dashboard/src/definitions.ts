/** What a number on a screen is: in a sentence, as a formula, and by whom. `guide` is a file of `docs/design`. */
export interface Definition {
  title: string;
  what: string;
  formula: string;
  source: string;
  guide: string;
}

const l2metrics = "Baker et al. 2023, l2metrics 3.1.0; in mode “corrected” with the amendments of the guide.";
const openClip = "CLIP_benchmark, whose numbers ours equal on equal inputs.";

/** Every number the dashboard shows by name, by the API's key. */
export const definitions: Record<string, Definition> = {
  perf_recovery: {
    title: "Performance recovery",
    what: "Whether each return to a task takes fewer experiences to get back to its former level. Above 0 it gets quicker.",
    formula:
      "− Theil–Sen slope of rₖ over k\nrₖ: experiences the k-th later training of the task\ntakes to its former terminal performance",
    source: l2metrics,
    guide: "lifelong",
  },
  perf_maintenance_mrlep: {
    title: "Performance maintenance",
    what: "How a task's evaluations change after it was learnt. Below 0 it is forgotten.",
    formula: "mean over later evaluations e of\n  level(e) − level(first evaluation after training)\nin points of 100",
    source: l2metrics,
    guide: "lifelong",
  },
  perf_maintenance_mrtlp: {
    title: "Performance maintenance (from training)",
    what: "As performance maintenance, against the end of training instead of the first evaluation.",
    formula: "mean over later evaluations e of\n  level(e) − terminal performance of training",
    source: l2metrics,
    guide: "lifelong",
  },
  forward_transfer_ratio: {
    title: "Forward transfer",
    what: "What learning one task does to another that was not learnt yet. Above 1 it lifts it.",
    formula: "mean over pairs of\n  evaluation after training / evaluation before it\nof tasks not trained yet",
    source: l2metrics,
    guide: "lifelong",
  },
  backward_transfer_ratio: {
    title: "Backward transfer",
    what: "What learning one task does to another learnt before. Above 1 it lifts it.",
    formula: "mean over pairs of\n  evaluation after training / evaluation before it\nof tasks trained before",
    source: l2metrics,
    guide: "lifelong",
  },
  forward_transfer_contrast: {
    title: "Forward transfer (contrast)",
    what: "Forward transfer on a scale from −1 to 1; 0 is no effect.",
    formula: "(after − before) / (after + before)",
    source: l2metrics,
    guide: "lifelong",
  },
  backward_transfer_contrast: {
    title: "Backward transfer (contrast)",
    what: "Backward transfer on a scale from −1 to 1; 0 is no effect.",
    formula: "(after − before) / (after + before)",
    source: l2metrics,
    guide: "lifelong",
  },
  ste_rel_perf: {
    title: "Performance relative to experts",
    what: "A learner's performance on a task against that of an expert that learns the task alone, on equal experience.",
    formula: "Σᵢ≤ₙ learner(i) / Σᵢ≤ₙ expert(i)",
    source: l2metrics,
    guide: "lifelong",
  },
  sample_efficiency: {
    title: "Sample efficiency",
    what: "How high a learner gets and how soon, against an expert. Above 1 it is better.",
    formula: "(saturation / expert's saturation)\n × (expert's time to it / learner's time to it)",
    source: l2metrics,
    guide: "lifelong",
  },
  avg_train_perf: {
    title: "Mean training performance",
    what: "The level of all training, on the scale 1 to 101.",
    formula: "mean over training regimes of their mean level",
    source: l2metrics,
    guide: "lifelong",
  },
  avg_eval_perf: {
    title: "Mean evaluation performance",
    what: "The level of all evaluations, on the scale 1 to 101.",
    formula: "mean over evaluation regimes of their mean level",
    source: l2metrics,
    guide: "lifelong",
  },
  lifelong_interval: {
    title: "Interval of a lifelong metric",
    what: "95 % interval over lifetimes; of a single lifetime what it would be had the noise fallen otherwise.",
    formula:
      "three lifetimes or more: BCa bootstrap, 2,000 resamples\none lifetime: circular block bootstrap of the rest\n  around the smoothed curve, blocks of n^(1/3)",
    source: "Efron 1987 (BCa).",
    guide: "lifelong",
  },
  evaluation_interval: {
    title: "95 % interval of a score",
    what: "Where the score would fall if the test samples had been drawn anew.",
    formula: "percentile bootstrap over samples, 2.5 % to 97.5 %",
    source: "Efron & Tibshirani 1993.",
    guide: "evaluate",
  },
  significance: {
    title: "Significant difference",
    what: "Whether two models differ by more than chance on the very same samples.",
    formula:
      "McNemar's exact test on right and wrong,\nHolm's correction over all tests of the page,\nsignificant below 0.05",
    source: "McNemar 1947; Holm 1979.",
    guide: "evaluate",
  },
  acc1: {
    title: "Top-1 accuracy",
    what: "Share of images whose nearest class text is the right one.",
    formula: "1/N Σ [ argmax_c cos(image, text_c) = label ]",
    source: openClip,
    guide: "evaluate",
  },
  acc5: {
    title: "Top-5 accuracy",
    what: "Share of images whose right class is among the five nearest.",
    formula: "1/N Σ [ rank(label) ≤ 5 ]",
    source: openClip,
    guide: "evaluate",
  },
  meanPerClassRecall: {
    title: "Mean per-class recall",
    what: "Accuracy in which every class counts alike, however many images it has.",
    formula: "1/C Σ_c right of class c / images of class c",
    source: openClip,
    guide: "evaluate",
  },
  meanRecallAt1: {
    title: "Mean recall at 1",
    what: "How often the nearest text of an image, and the nearest image of a text, is its own.",
    formula: "(R@1 text→image + R@1 image→text) / 2",
    source: "DataComp's mean_recall@1.",
    guide: "evaluate",
  },
  loop_verified: {
    title: "Right answers",
    what: "Share of held-out queries whose greedy text is right by the task's verifier, which never is what rewards.",
    formula: "right / asked\n95 %: Wilson's interval",
    source: "Wilson 1927.",
    guide: "loops",
  },
  loop_pass_at_k: {
    title: "Pass@K-S",
    what: "Share of held-out queries with at least S different right texts among K drawn at temperature 1.",
    formula: "1/N Σ [ |{right texts among K}| ≥ S ]",
    source: "B-STaR (Zeng et al. 2024); plain shares, not the unbiased estimator.",
    guide: "loops",
  },
  loop_reward_at_k: {
    title: "Reward@K-S",
    what: "Share of held-out queries whose S best rewarded texts of K are all right: whether the reward finds what is right.",
    formula: "1/N Σ [ the S best rewarded of K are right ]",
    source: "B-STaR (Zeng et al. 2024).",
    guide: "loops",
  },
  loop_mean_reward: {
    title: "Mean reward",
    what: "Of the texts drawn for held-out queries, by what chooses the texts that are learned from.",
    formula: "1/n Σ reward",
    source: "The loop's own measure.",
    guide: "loops",
  },
  loop_kept_share: {
    title: "Kept to learn from",
    what: "Of what the iteration drew to learn from, the share its method kept.",
    formula: "kept / drawn",
    source: "The method's last reducer.",
    guide: "loops",
  },
  loop_distinct: {
    title: "Distinct right answers",
    what: "How different a query's right texts are. Two ways to one answer are two contents.",
    formula: "mean over queries with right texts of\n  different right texts / right texts",
    source: "The loop's own measure.",
    guide: "loops",
  },
  loop_duplicate_rate: {
    title: "Duplicate rate",
    what: "How much of a query's draws repeat one another.",
    formula: "mean over queries of\n  1 − different texts / texts",
    source: "The loop's own measure.",
    guide: "loops",
  },
  loop_entropy: {
    title: "Entropy",
    what: "How undecided the policy is about whole texts, in nats. Near 0 it says one thing.",
    formula: "mean of −ln p(text) over drawn texts",
    source: "Monte-Carlo estimate from the draws themselves.",
    guide: "loops",
  },
  loop_reward_gap: {
    title: "Reward–verifier gap",
    what: "How much more the reward rose than right answers did. Above 0.5 an alarm sounds: the reward is gamed.",
    formula: "Δ reward / σ₀(reward) − Δ right / σ₀(right)\nΔ, σ₀: since, and at, iteration 0",
    source: "Ours.",
    guide: "loops",
  },
  loop_frozen_judge: {
    title: "Frozen judge",
    what: "Mean score of held-out texts by a judge that neither rewards nor learns.",
    formula: "1/n Σ judge's score",
    source: "The judge the loop was given.",
    guide: "loops",
  },
  loop_retention: {
    title: "Old tasks",
    what: "Right answers on the split of tasks that must not be forgotten.",
    formula: "right / asked\n95 %: Wilson's interval",
    source: "Wilson 1927.",
    guide: "loops",
  },
  loop_unparsed: {
    title: "Without an answer",
    what: "Share of drawn texts in which the verifier finds no answer.",
    formula: "texts without answer / texts",
    source: "The task's verifier.",
    guide: "loops",
  },
  loop_mean_tokens: {
    title: "Tokens a text",
    what: "Mean length of drawn texts.",
    formula: "1/n Σ tokens",
    source: "The policy's own tokens.",
    guide: "loops",
  },
  loop_gate: {
    title: "Gate",
    what: "Whether a candidate replaces the weights in use. All of its checks must pass; the iteration below says each in a sentence.",
    formula: "rises ∧ exact McNemar p ≤ α ∧ no slice falls\n∧ old tasks kept ∧ reward agrees ∧ no fatal alarm",
    source: "McNemar 1947; bounds are the loop's.",
    guide: "loops",
  },
  loop_alarms: {
    title: "Alarms",
    what: "Signs of collapse, of gaming and of nothing to learn, against iteration 0. One that is fatal ends the loop.",
    formula: "see the guide's table of bounds",
    source: "Ours.",
    guide: "loops",
  },
  loop_pair: {
    title: "Two loops on the same queries",
    what: "Whether the models in use differ by more than chance on the held-out queries both were asked.",
    formula: "exact McNemar on queries right in one alone",
    source: "McNemar 1947.",
    guide: "loops",
  },
  budget: {
    title: "Spent so far",
    what: "What finished steps took. A loop ends, unharmed, before the step that would cross a limit.",
    formula:
      "GPU time: Σ sampling and learning\ntime of work: the same and reducing\nmoney: GPU hours × the price given with the budget",
    source: "Counts and times that runners report.",
    guide: "loops",
  },
  cost: {
    title: "Cost so far",
    what: "What runners' time and a provider's tokens cost, at the prices the run began with. Attempts in vain count by their time; their tokens are known to nobody.",
    formula:
      "time of runners: Σ while a runner holds tasks of the run,\n  once however many it holds\nmoney: hours × price of the runner\n  + tokens read × price + tokens written × price",
    source: "Leases and heartbeats; counts that runners report with each finished task.",
    guide: "prices",
  },
  rate: {
    title: "Rate and time left",
    what: "The mean pace since the run began; what is left at that pace. Waiting for runners counts as well.",
    formula: "rate = done / (now − start)\ntime left = (total − done) / rate",
    source: "The run's own progress.",
    guide: "leases",
  },
  usage: {
    title: "What was used",
    what: "What ended runs did, on the day (UTC) they were asked for. Run time is wall time from start to end, waiting for runners included.",
    formula: "Σ over runs of the day of their counts and costs\nrun time = Σ (finishedAt − startedAt)",
    source: "Counts that runners report with each finished task.",
    guide: "api",
  },
  loss: {
    title: "Training loss",
    what: "What the optimiser makes small, as the recipe weighs its parts.",
    formula: "InfoNCE + w_hni · hard negatives + w_tags · tags",
    source: "HQ-CLIP (2025); weights are the recipe's.",
    guide: "train",
  },
};
