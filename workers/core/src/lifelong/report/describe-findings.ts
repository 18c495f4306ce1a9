import type { ReportDocument, ReportMean, ReportSnapshot, ReportSubject } from "@whetstone/schemas/api";
import { describeModels } from "./describe-models.ts";
import type { Finding } from "./finding.ts";
import { formatEnds, formatValue, metricWords } from "./metric-words.ts";

const kinds = ["better", "worse", "unclear", "look"] as const;
/** The rest stands in the tables. */
const mostOfAKind = 4;
/** Of each of several learners: what is not clear would bury what is. */
const fewOfAKind = 2;
const first = ["avg_eval", "perf_maintenance", "backward", "forward", "ste_rel", "sample", "perf_recovery"];

/** A report in plain words: what got better, what got worse, how sure that is, and what to look at. */
export function describeFindings({ subjects, models, history }: ReportDocument): Finding[] {
  const before = history.at(-1);
  return [...describeModels(models, before?.models ?? []), ...describeSubjects(subjects, before)];
}

function describeSubjects(subjects: readonly ReportSubject[], before: ReportSnapshot | undefined): Finding[] {
  return subjects.flatMap((subject) => {
    const earlier = before?.subjects.find(({ name }) => name === subject.name);
    const name = subjects.length > 1 ? `${subject.name}: ` : "";
    const changes = earlier ? describeChanges(subject, earlier.means) : describeState(subject);
    const found = [...changes, ...describeLooks(subject)];
    return kinds
      .flatMap((kind) => {
        const isBrief = subjects.length > 1 && (kind === "unclear" || kind === "look");
        return found.filter((finding) => finding.kind === kind).slice(0, isBrief ? fewOfAKind : mostOfAKind);
      })
      .map(({ kind, text }) => ({ kind, text: name + text }));
  });
}

/** Against the report before. Intervals that stay apart are more than noise; a mean outside the other's interval is likely so. */
function describeChanges({ means }: ReportSubject, earlier: Record<string, ReportMean>): Finding[] {
  return byWeight(means).flatMap(([name, now]): Finding[] => {
    const then = earlier[name];
    if (now.mean === null || !then || then.mean === null) return [];
    const { title } = metricWords(name);
    const isUp = now.mean > then.mean;
    const change = `${title} ${isUp ? "rose" : "fell"} from ${formatValue(then.mean)} to ${formatValue(now.mean)}`;
    if (formatValue(now.mean) === formatValue(then.mean))
      return [{ kind: "unclear", text: `${title} is the same as before, ${formatValue(now.mean)}.` }];
    if (!now.interval || !then.interval)
      return [{ kind: "unclear", text: `${change}; without intervals it can't be said whether that is noise.` }];
    const kind = isUp ? "better" : "worse";
    const ends = `95 % interval ${formatEnds(now.interval)}, before ${formatEnds(then.interval)}`;
    if (now.interval.low > then.interval.high || now.interval.high < then.interval.low)
      return [{ kind, text: `${change} (${ends}): more than noise explains.` }];
    if (then.mean < now.interval.low || then.mean > now.interval.high)
      return [{ kind, text: `${change} (${ends}): likely, the intervals still overlap.` }];
    return [{ kind: "unclear", text: `${change} (${ends}): within the noise.` }];
  });
}

/** With nothing to compare with: each metric against what it would be if learning one task did nothing to the others. */
function describeState({ means }: ReportSubject): Finding[] {
  return byWeight(means).flatMap(([name, { mean, interval }]): Finding[] => {
    const { title, neutral, above, below } = metricWords(name);
    if (mean === null || neutral === null) return [];
    const value = `${title} is ${formatValue(mean)}${interval ? ` (95 % interval ${formatEnds(interval)})` : ""}`;
    const note = mean > neutral ? above : below;
    if (!interval) return [{ kind: "unclear", text: `${value}: ${note}; how sure can't be said without an interval.` }];
    if (interval.low <= neutral && interval.high >= neutral)
      return [{ kind: "unclear", text: `${value}: not told apart from ${neutral}, no effect.` }];
    return [{ kind: mean > neutral ? "better" : "worse", text: `${value}: ${note}.` }];
  });
}

/** What people ask first comes first. */
function byWeight(means: Record<string, ReportMean>): [string, ReportMean][] {
  const rank = (name: string): number => first.findIndex((start) => name.startsWith(start)) + 1 || first.length + 1;
  return Object.entries(means).toSorted(([a], [b]) => rank(a) - rank(b));
}

function describeLooks({ lifetimes }: ReportSubject): Finding[] {
  const last = lifetimes.at(-1);
  if (!last) return [];
  const look = (text: string): Finding => ({ kind: "look", text });
  const forgotten = Object.entries(last.taskMetrics)
    .map(
      ([task, metrics]) => [task, metrics["perf_maintenance_mrlep"] ?? metrics["perf_maintenance_mrtlp"] ?? 0] as const,
    )
    .filter(([, value]) => value < -1)
    .toSorted((a, b) => a[1] - b[1])
    .slice(0, 2)
    .map(([task, value]) => look(`${task} loses most while other tasks are learnt: ${formatValue(value)} points.`));
  const harmful = last.transfers
    .filter(({ direction, kind, mean }) => direction === "backward" && (kind === "ratio" ? mean < 0.95 : mean < -0.02))
    .toSorted((a, b) => a.mean - b.mean)
    .slice(0, 2)
    .map(({ source, target, mean, isShared }) =>
      look(
        `Learning ${source} harms ${target} (${formatValue(mean)})${isShared ? ", though other tasks were trained in between too" : ""}.`,
      ),
    );
  const slow = Object.entries(last.taskMetrics)
    .filter(([, metrics]) => (metrics["sample_efficiency"] ?? 1) < 0.8)
    .slice(0, 2)
    .map(([task, metrics]) =>
      look(
        `${task} needs more experience than its expert: sample efficiency ${formatValue(metrics["sample_efficiency"])}.`,
      ),
    );
  const warned = last.warnings.slice(0, 3).map((warning) => look(`${warning}.`));
  return [...forgotten, ...harmful, ...slow, ...warned];
}
