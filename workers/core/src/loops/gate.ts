import type { Alarm, GateSettings, GateVerdict } from "@whetstone/schemas/api";
import type { SampleTable } from "../methods/method.ts";
import { greedyRows, type Row } from "../methods/rows/rows.ts";
import { fairTossPValue } from "../statistics/binomial.ts";
import type { MeasuredTables } from "./monitors.ts";

type Check = GateVerdict["checks"][number];

export interface Contest {
  candidate: MeasuredTables;
  /** The weights it would replace, asked the same. */
  promoted: MeasuredTables;
  alarms: readonly Alarm[];
}

/** Standard errors beyond which a mean has moved. */
const moved = 2;

/** Whether a candidate may replace what is promoted: it must be better beyond chance, and worse at nothing that is protected. */
export function judge(contest: Contest, settings: GateSettings): GateVerdict {
  const pairs = pairUp(contest.candidate.heldOut, contest.promoted.heldOut);
  const checks = [
    rises(pairs, settings),
    isSignificant(pairs, settings),
    noSliceFalls(pairs, settings),
    oldTasksKept(contest, settings),
    proxyAgrees(pairs, contest),
    noCollapse(contest.alarms),
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}

interface Pair {
  slice: string;
  now: Row;
  before: Row;
}

function pairUp(candidate: SampleTable, promoted: SampleTable): Pair[] {
  const before = greedyRows(promoted);
  const now = greedyRows(candidate);
  if (before.size !== now.size) throw new Error(`${now.size} queries can't be paired with ${before.size}`);
  return [...now].map(([queryId, row]) => {
    const other = before.get(queryId);
    if (!other) throw new Error(`query ${queryId} was asked of the candidate alone`);
    return { slice: candidate.slice[row.index] ?? "", now: row, before: other };
  });
}

function rises(pairs: readonly Pair[], { margin }: GateSettings): Check {
  const { share, difference } = change(pairs);
  const sentence = `${percent(share)} of ${pairs.length} queries right, ${signed(difference)} points; must rise by more than ${percent(margin)}`;
  return { id: "rises", passed: difference > margin, sentence };
}

function isSignificant(pairs: readonly Pair[], { alpha }: GateSettings): Check {
  const { wins, losses } = change(pairs);
  const pValue = fairTossPValue(wins, wins + losses);
  const sentence = `${wins} queries won, ${losses} lost: p = ${pValue.toPrecision(3)} (exact McNemar), must be at most ${alpha}`;
  return { id: "is-significant", passed: wins > losses && pValue <= alpha, sentence };
}

function noSliceFalls(pairs: readonly Pair[], { maxSliceFall, minSliceQueries }: GateSettings): Check {
  const slices = [...Map.groupBy(pairs, ({ slice }) => slice)].filter(([, rows]) => rows.length >= minSliceQueries);
  const falls = slices
    .map(([slice, rows]) => ({ slice, fall: -change(rows).difference }))
    .filter(({ fall }) => fall > maxSliceFall + tiny);
  const named = falls.map(({ slice, fall }) => `${slice} by ${percent(fall)}`).join(", ");
  const sentence =
    falls.length > 0
      ? `falls by more than ${percent(maxSliceFall)}: ${named}`
      : `none of ${slices.length} slices falls by more than ${percent(maxSliceFall)}`;
  return { id: "no-slice-falls", passed: falls.length === 0, sentence };
}

function oldTasksKept({ candidate, promoted }: Contest, { maxRetentionFall }: GateSettings): Check {
  if (!candidate.retention || !promoted.retention)
    return { id: "old-tasks-kept", passed: true, sentence: "no old tasks were named" };
  const { difference } = change(pairUp(candidate.retention, promoted.retention));
  const sentence = `old tasks ${signed(difference)} points; may fall by ${percent(maxRetentionFall)}`;
  return { id: "old-tasks-kept", passed: -difference <= maxRetentionFall + tiny, sentence };
}

/** What chose the texts and what never saw them must not part ways. */
function proxyAgrees(pairs: readonly Pair[], { candidate, promoted }: Contest): Check {
  const reward = move(pairs.map(({ now, before }) => now.reward - before.reward));
  const untouched = [
    {
      name: "right answers",
      way: move(pairs.map(({ now, before }) => Number(now.isCorrect) - Number(before.isCorrect))),
    },
  ];
  if (candidate.judge && promoted.judge) {
    const judged = pairUp(candidate.judge, promoted.judge);
    untouched.push({
      name: "the frozen judge",
      way: move(judged.map(({ now, before }) => now.reward - before.reward)),
    });
  }
  const against = untouched.filter(({ way }) => way * reward < 0).map(({ name }) => name);
  const sentence =
    against.length > 0
      ? `the reward ${reward > 0 ? "rose" : "fell"}, against ${against.join(" and ")}`
      : `the reward does not part ways with ${untouched.map(({ name }) => name).join(" and ")}`;
  return { id: "proxy-agrees", passed: against.length === 0, sentence };
}

function noCollapse(alarms: readonly Alarm[]): Check {
  const fatal = alarms.filter(({ isFatal }) => isFatal);
  const sentence = fatal.length > 0 ? fatal.map(({ code }) => code).join(", ") : "no alarm that ends a loop";
  return { id: "no-collapse", passed: fatal.length === 0, sentence };
}

/** Differences of shares are sums of floats; a fall of exactly the bound is allowed. */
const tiny = 1e-9;

function change(pairs: readonly Pair[]) {
  const wins = pairs.filter(({ now, before }) => now.isCorrect && !before.isCorrect).length;
  const losses = pairs.filter(({ now, before }) => !now.isCorrect && before.isCorrect).length;
  const count = pairs.length || 1;
  return {
    wins,
    losses,
    difference: (wins - losses) / count,
    share: pairs.filter(({ now }) => now.isCorrect).length / count,
  };
}

/** -1, 0 or 1: which way a mean of paired differences moved, beyond chance. */
function move(differences: readonly number[]): number {
  const values = differences.filter((value) => Number.isFinite(value));
  if (values.length < 2) return 0;
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return Math.abs(centre) > moved * Math.sqrt(variance / values.length) ? Math.sign(centre) : 0;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const signed = (share: number): string => `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)}`;
