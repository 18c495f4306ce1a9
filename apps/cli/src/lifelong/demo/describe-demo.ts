import { formatTable } from "../../output.ts";
import { type Demo, type Figure, figures, type Mean } from "./measure-demo.ts";

const protocols: Record<string, string> = {
  task: "task-incremental (multi-head: the learner is told the task, and chooses among its two classes)",
  domain: "domain-incremental (one head of two outputs for all tasks)",
  class: "class-incremental (single head: the learner chooses among all classes)",
};

/** The table for people, and in words whether it shows what the field knows. */
export function describeDemo({ protocol, rows }: Demo): string {
  const table = formatTable([
    ["SCENARIO", "LEARNER", ...figures],
    ...rows.map(({ scenario, learner, figures: values }) => [
      scenario,
      learner,
      ...figures.map((name) => formatMean(values[name])),
    ]),
  ]);
  const seeds = Math.min(...rows.map((row) => row.seeds));
  return [
    `Protocol: ${protocols[protocol] ?? protocol}. ${seeds} seeds; in brackets 95 % BCa intervals over seeds.`,
    table,
    "ACC, BWT (GEM, paper form) and forgetting (Chaudhry 2018, maximum from step j on): accuracies of the last round of tasks, 0 to 1.\n" +
      "PM (points of 100), FT, BT (ratio), RP, SE, PR: as l2metrics defines them, corrected mode, experts of the same seed.",
    ...[...new Set(rows.map((row) => row.scenario))].map((scenario) => judge(scenario, rows)),
  ].join("\n\n");
}

function judge(scenario: string, rows: Demo["rows"]): string {
  const value = (learner: string, name: Figure): number | undefined =>
    rows.find((row) => row.scenario === scenario && row.learner === learner)?.figures[name]?.mean;
  const claims: [string, boolean | undefined][] = [
    ["naive fine-tuning forgets", above(value("naive", "forgetting"), 0)],
    ["EWC forgets less", above(value("naive", "forgetting"), value("ewc", "forgetting"))],
    ["replay forgets less", above(value("naive", "forgetting"), value("replay", "forgetting"))],
    ["joint has the highest accuracy", isCeiling(scenario, rows)],
  ];
  const told = claims.flatMap(([claim, holds]) =>
    holds === undefined ? [] : [`  ${holds ? "seen" : "NOT SEEN"}: ${claim}`],
  );
  return `${scenario}:\n${told.join("\n")}`;
}

function isCeiling(scenario: string, rows: Demo["rows"]): boolean | undefined {
  const mine = rows.filter((row) => row.scenario === scenario);
  const joint = mine.find(({ learner }) => learner === "joint")?.figures.ACC?.mean;
  if (joint === undefined) return undefined;
  return mine.every(({ learner, figures: { ACC } }) => learner === "joint" || (ACC?.mean ?? 0) < joint);
}

/** By the hundredths that the table shows: less is not seen. */
function above(one: number | undefined, other: number | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : Math.round(100 * one) > Math.round(100 * other);
}

function formatMean(value: Mean | undefined): string {
  if (!value) return "-";
  const { mean, interval } = value;
  return interval ? `${mean.toFixed(2)} [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]` : mean.toFixed(2);
}
