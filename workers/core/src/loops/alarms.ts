import type { Alarm, Monitors } from "@whetstone/schemas/api";

/** Bounds are ours: wide enough that a loop which works never meets them (docs/design/loops.md). */
const bounds = {
  /** Of 1, where all of a query's draws differ, to 0, where none does; and as a share of that at iteration 0. */
  leastVariety: 0.05,
  variety: 0.5,
  shorter: 0.5,
  longer: 2,
  entropy: 0.1,
  /** In deviations. */
  rewardGap: 0.5,
  judgeRise: 0.25,
  unparsed: 0.5,
  retentionFall: 0.1,
};

/**
 * What goes wrong when a model learns from itself, seen in the candidate's monitors against iteration 0's. An alarm is fatal
 * unless right answers rose beyond chance: a policy that sharpens onto the right answer loses variety too, and may.
 */
export function soundAlarms(now: Monitors, first: Monitors): Alarm[] {
  const hasRisen = now.verified.low > first.verified.value;
  return [
    diversity(now, first),
    length(now, first),
    entropy(now, first),
    gaming(now),
    frozenJudge(now, first),
    garbage(now, first),
    kept(now),
  ]
    .flat()
    .map((alarm) => ({ ...alarm, isFatal: alarm.code !== "nothing_kept" && !hasRisen }))
    .concat(forgotten(now, first));
}

/** Of what a learn step counted. */
export function learningAlarms(summary: Readonly<Record<string, unknown>>): Alarm[] {
  const { loss, gradientNorm } = summary;
  // JSON has no NaN: a loss that was not a number arrives as null.
  if (loss === null || (typeof loss === "number" && !Number.isFinite(loss)))
    return [
      {
        code: "loss_not_finite",
        sentence: "the loss was not a number: the weights are left as they were",
        isFatal: true,
      },
    ];
  if (gradientNorm === 0)
    return [
      { code: "no_gradient", sentence: "the gradient was exactly zero: all texts were worth the same", isFatal: false },
    ];
  return [];
}

type Sounded = Omit<Alarm, "isFatal">;

function diversity(now: Monitors, first: Monitors): Sounded[] {
  const [variety, firstVariety] = [varietyOf(now), varietyOf(first)];
  const isCollapsed = variety < Math.max(bounds.leastVariety, bounds.variety * firstVariety);
  if (!isCollapsed) return [];
  const sentence = `texts of a query differ by ${percent(variety)} of what they could, by ${percent(firstVariety)} at iteration 0`;
  return [{ code: "diversity_collapsed", sentence }];
}

/** K equal draws are one content of K, not none; a single draw can't repeat itself. */
function varietyOf({ duplicateRate, passAtK }: Monitors): number {
  const count = passAtK[0]?.k ?? 1;
  return count < 2 ? 1 : (count * (1 - duplicateRate) - 1) / (count - 1);
}

function length(now: Monitors, first: Monitors): Sounded[] {
  const ratio = now.meanTokens / (first.meanTokens || 1);
  const sentence = `texts have ${now.meanTokens.toFixed(1)} tokens, ${first.meanTokens.toFixed(1)} at iteration 0`;
  if (ratio < bounds.shorter) return [{ code: "length_collapsed", sentence }];
  return ratio > bounds.longer ? [{ code: "length_exploded", sentence }] : [];
}

function entropy(now: Monitors, first: Monitors): Sounded[] {
  if (now.entropy >= bounds.entropy * first.entropy) return [];
  const sentence = `${now.entropy.toFixed(3)} nats a text, ${first.entropy.toFixed(3)} at iteration 0`;
  return [{ code: "entropy_collapsed", sentence }];
}

function gaming({ rewardGap }: Monitors): Sounded[] {
  if (rewardGap === null || rewardGap <= bounds.rewardGap) return [];
  const sentence = `the reward rose ${rewardGap.toFixed(2)} deviations more than right answers did`;
  return [{ code: "reward_gamed", sentence }];
}

function frozenJudge(now: Monitors, first: Monitors): Sounded[] {
  if (now.frozenJudge === null || first.frozenJudge === null) return [];
  if (now.meanReward === null || first.meanReward === null || !first.rewardDeviation) return [];
  const rise = (now.meanReward - first.meanReward) / first.rewardDeviation;
  if (rise <= bounds.judgeRise || now.frozenJudge >= first.frozenJudge) return [];
  const sentence = `the reward rose ${rise.toFixed(2)} deviations while the frozen judge went from ${first.frozenJudge.toFixed(3)} to ${now.frozenJudge.toFixed(3)}`;
  return [{ code: "frozen_judge_disagrees", sentence }];
}

function garbage(now: Monitors, first: Monitors): Sounded[] {
  if (now.unparsed <= Math.max(bounds.unparsed, first.unparsed)) return [];
  return [{ code: "garbage_output", sentence: `${percent(now.unparsed)} of texts give no answer` }];
}

function kept({ keptShare }: Monitors): Sounded[] {
  return keptShare === 0 ? [{ code: "nothing_kept", sentence: "no sample was good enough to learn from" }] : [];
}

function forgotten(now: Monitors, first: Monitors): Alarm[] {
  if (!now.retention || !first.retention) return [];
  const fall = first.retention.value - now.retention.value;
  if (fall <= bounds.retentionFall || now.retention.high >= first.retention.value) return [];
  const sentence = `old tasks fell from ${percent(first.retention.value)} to ${percent(now.retention.value)}`;
  return [{ code: "old_tasks_forgotten", sentence, isFatal: true }];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
