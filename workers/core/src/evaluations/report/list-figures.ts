import { type EvaluationResult, type EvaluationScores, findMetric, type Interval } from "@whetstone/schemas/api";

export interface Figure {
  task: string;
  metric: string;
  value: number;
  interval: Interval | null;
  sampleCount: number;
  isMain: boolean;
  /** Without the samples the model has seen; null when there are none or it was not looked. */
  cleanValue: number | null;
}

const notFigures = new Set(["main", "intervals", "sampleCount", "classes", "confusions", "bins", "table", "sweep"]);

/** Every figure of a set's scores by its path: numbers, not tables. */
export function listFigures({ scores, main, contamination }: EvaluationResult): Figure[] {
  return (scores ?? []).flatMap((one, index) => {
    const clean = contamination?.cleanScores?.[index];
    return pathsOf(one).map(([metric, value]) => ({
      task: one.type,
      metric,
      value,
      interval: one.intervals[metric] ?? null,
      sampleCount: one.sampleCount,
      isMain: index === 0 && metric === main?.metric,
      cleanValue: (clean && findMetric(clean, metric)) ?? null,
    }));
  });
}

function pathsOf(value: EvaluationScores): [string, number][] {
  const found: [string, number][] = [];
  const walk = (inner: object, path: string): void => {
    for (const [name, each] of Object.entries(inner) as [string, unknown][]) {
      if (notFigures.has(name)) continue;
      const here = path === "" ? name : `${path}.${name}`;
      if (typeof each === "number") found.push([here, each]);
      else if (typeof each === "object" && each !== null && !Array.isArray(each)) walk(each, here);
    }
  };
  walk(value, "");
  return found;
}
