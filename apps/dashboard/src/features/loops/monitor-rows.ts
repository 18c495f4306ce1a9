import type { Iteration, Monitors } from "@whetstone/schemas/api";
import { toPercent, toRange, toShort } from "./format.ts";
import { words } from "./words.ts";

export interface MonitorRow {
  title: string;
  /** Key of its definition. */
  of: string;
  value: (monitors: Monitors) => number | null;
  say: (value: number) => string;
  /** Beside the value. */
  note?: (monitors: Monitors) => string | undefined;
}
export interface MonitorGroup {
  title: string;
  rows: MonitorRow[];
}

const { groups, titles } = words;
const row = (of: keyof typeof titles, how: Pick<MonitorRow, "value" | "say" | "note">): MonitorRow => ({
  title: titles[of],
  of,
  ...how,
});

/** Monitors as rows of the screen; those that no iteration has are left out. */
export function monitorGroups(iterations: readonly Iteration[]): MonitorGroup[] {
  const measured = iterations.flatMap(({ monitors }) => (monitors ? [monitors] : []));
  const all: MonitorGroup[] = [
    {
      title: groups.exploitation,
      rows: [
        row("loop_verified", {
          value: ({ verified }) => verified.value,
          say: toPercent,
          note: ({ verified }) => toRange(verified),
        }),
        ...barRows(measured, "rewardAtK"),
        row("loop_mean_reward", { value: ({ meanReward }) => meanReward, say: toShort }),
        row("loop_kept_share", { value: ({ keptShare }) => keptShare, say: toPercent }),
      ],
    },
    {
      title: groups.exploration,
      rows: [
        ...barRows(measured, "passAtK"),
        row("loop_distinct", { value: ({ distinct }) => distinct, say: toPercent }),
        row("loop_duplicate_rate", { value: ({ duplicateRate }) => duplicateRate, say: toPercent }),
        row("loop_entropy", { value: ({ entropy }) => entropy, say: toShort }),
      ],
    },
    {
      title: groups.safety,
      rows: [
        row("loop_reward_gap", { value: ({ rewardGap }) => rewardGap, say: toShort }),
        row("loop_frozen_judge", { value: ({ frozenJudge }) => frozenJudge, say: toShort }),
        row("loop_retention", {
          value: ({ retention }) => retention?.value ?? null,
          say: toPercent,
          note: ({ retention }) => (retention ? toRange(retention) : undefined),
        }),
        row("loop_unparsed", { value: ({ unparsed }) => unparsed, say: toPercent }),
        row("loop_mean_tokens", { value: ({ meanTokens }) => meanTokens, say: toShort }),
      ],
    },
  ];
  return all.map(({ title, rows }) => ({
    title,
    rows: rows.filter(({ value }) => measured.some((monitors) => value(monitors) !== null)),
  }));
}

/** A row for each K and S that was asked for. */
function barRows(measured: readonly Monitors[], which: "passAtK" | "rewardAtK"): MonitorRow[] {
  const bars = new Map(
    measured.flatMap((monitors) => monitors[which].map(({ k, atLeast }) => [`${k}-${atLeast}`, { k, atLeast }])),
  );
  return [...bars.values()].map(({ k, atLeast }) => ({
    title: words[which](k, atLeast),
    of: which === "passAtK" ? "loop_pass_at_k" : "loop_reward_at_k",
    value: (monitors) => monitors[which].find((bar) => bar.k === k && bar.atLeast === atLeast)?.value ?? null,
    say: toPercent,
  }));
}
