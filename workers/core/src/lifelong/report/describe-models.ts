import type { ReportModel } from "@whetstone/schemas/api";
import type { Finding } from "./finding.ts";

type Figure = ReportModel["figures"][number];

/** The same set's figure in the report before. */
export function figureBefore(model: ReportModel, figure: Figure, earlier: readonly ReportModel[]): Figure | undefined {
  const then = earlier.find(({ ref }) => ref === model.ref);
  return then?.figures.find(({ set, metric }) => set === figure.set && metric === figure.metric);
}

/** Which figures of models moved since the report before, and how sure that is; what has not been evaluated again is left out. */
export function describeModels(models: readonly ReportModel[], earlier: readonly ReportModel[]): Finding[] {
  return models.flatMap((model): Finding[] => {
    if (model.figures.length === 0) return [];
    const found = model.figures.flatMap((figure) => {
      const then = figureBefore(model, figure, earlier);
      return then && then.evaluationId !== figure.evaluationId ? [describeChange(model, figure, then)] : [];
    });
    if (found.length > 0) return found;
    const isKnown = earlier.some(({ ref }) => ref === model.ref);
    if (isKnown) return [{ kind: "unclear", text: `${model.name} has not been evaluated since the last report.` }];
    return [];
  });
}

function describeChange(model: ReportModel, now: Figure, then: Figure): Finding {
  const what = `${model.name} on ${now.set}: ${now.metric}`;
  if (formatShare(now.value) === formatShare(then.value))
    return { kind: "unclear", text: `${what} is the same as before, ${formatShare(now.value)}.` };
  const isUp = now.value > then.value;
  const change = `${what} ${isUp ? "rose" : "fell"} from ${formatShare(then.value)} to ${formatShare(now.value)}`;
  if (!now.interval || !then.interval)
    return { kind: "unclear", text: `${change}; without intervals it can't be said whether that is noise.` };
  const kind = isUp ? "better" : "worse";
  const ends = `95 % interval ${formatShares(now.interval)}, before ${formatShares(then.interval)}`;
  if (now.interval.low > then.interval.high || now.interval.high < then.interval.low)
    return { kind, text: `${change} (${ends}): more than noise explains.` };
  if (then.value < now.interval.low || then.value > now.interval.high)
    return { kind, text: `${change} (${ends}): likely, the intervals still overlap.` };
  return { kind: "unclear", text: `${change} (${ends}): within the noise.` };
}

/** Figures of evaluations lie between 0 and 1: three decimals tell them apart. */
export const formatShare = (value: number): string => value.toFixed(3).replace("-", "\u2212");
export const formatShares = ({ low, high }: { low: number; high: number }): string =>
  `${formatShare(low)} to ${formatShare(high)}`;
