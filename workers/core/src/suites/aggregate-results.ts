import {
  type Aggregate,
  aggregateDatacomp,
  type DatacompAggregate,
  datacompTasks,
  type EvaluationResult,
  type EvaluationSet,
} from "@whetstone/schemas/api";

export interface Aggregated {
  aggregate: "mean" | "datacomp";
  sets: readonly EvaluationSet[];
  results: readonly EvaluationResult[];
}

/** Plain means of the sets' main figures, of each group and of all. A mean that lacks some says so in its label. */
export function aggregateResults({ aggregate, sets, results }: Aggregated): Aggregate[] {
  const values = new Map(results.flatMap(({ name, main }) => (main ? [[name, main.value] as const] : [])));
  if (aggregate === "datacomp") {
    const ofKey = new Map(
      sets.flatMap(({ key, name }) => (key === undefined ? [] : [[key, values.get(name)] as const])),
    );
    return aggregateByDatacomp((key) => ofKey.get(key));
  }
  const groups = [...new Set(sets.flatMap((set) => set.groups))];
  return [
    ...groups.map((group) =>
      toAggregate(
        group,
        sets.filter((set) => set.groups.includes(group)).map(({ name }) => name),
        (name) => values.get(name),
      ),
    ),
    toAggregate(
      "average",
      sets.map(({ name }) => name),
      (name) => values.get(name),
    ),
  ];
}

function aggregateByDatacomp(metricOf: (key: string) => number | undefined): Aggregate[] {
  const names = new Map(datacompTasks.map(({ key, name }) => [key, name]));
  const found = Object.entries<DatacompAggregate>(aggregateDatacomp(metricOf));
  return found.map(([name, { mean, missing }]) => {
    const of = ofAggregate(name);
    return label({ name, value: mean, of, missing: missing.map((key) => names.get(key) ?? key) });
  });
}

function ofAggregate(name: string): number {
  if (name === "average") return datacompTasks.length;
  if (name === "imagenet1k") return 1;
  return datacompTasks.filter(({ groups }) => groups.some((group) => group === name)).length;
}

function toAggregate(
  name: string,
  members: readonly string[],
  valueOf: (name: string) => number | undefined,
): Aggregate {
  const values = members.flatMap((member) => valueOf(member) ?? []);
  const value = values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length;
  const missing = members.filter((member) => valueOf(member) === undefined);
  return label({ name, value, of: members.length, missing });
}

function label({ name, value, of, missing }: Pick<Aggregate, "name" | "value" | "of" | "missing">): Aggregate {
  const count = of - missing.length;
  const isComplete = count === of;
  const what = name === "average" ? "average" : `${name} average`;
  return {
    name,
    label: isComplete ? `${what} over ${of}` : `${what} of the ${count} present of ${of}`,
    value,
    count,
    of,
    isComplete,
    missing,
  };
}
