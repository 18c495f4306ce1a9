import type { Run } from "@whetstone/schemas/api";
import { describeBudget, describeCost } from "./describe-cost.ts";
import { formatTable } from "./output.ts";
import { formatCount, formatSeconds } from "./units.ts";

/** A run in a few lines for people. */
export function describeRun(run: Run): string {
  const { tasks, output } = run;
  const lines: [string, string][] = [
    ["run", `${run.id}${run.name ? ` (${run.name})` : ""}`],
    ["kind", run.kind],
    ["status", run.status],
    ["progress", `${formatCount(run.progress.done)}/${formatCount(run.progress.total)} ${run.progress.unit}`],
    [
      "tasks",
      `${tasks.succeeded} of ${tasks.total} done, ${tasks.leased} at work, ${tasks.queued} waiting, ${tasks.failed} failed`,
    ],
  ];
  for (const [name, value] of Object.entries(run.counts)) lines.push([name, formatCount(value)]);
  const [cost, budget] = [describeCost(run), describeBudget(run)];
  if (cost !== "") lines.push(["cost", cost]);
  if (budget !== "") lines.push(["budget", budget]);
  if (output.versionId) lines.push(["version", output.versionId]);
  if (output.modelId) lines.push(["model", output.modelId]);
  if (output.evaluationId) lines.push(["evaluation", output.evaluationId]);
  if (run.startedAt && run.finishedAt)
    lines.push(["took", formatSeconds((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)]);
  if (run.error) lines.push(["error", `${run.error.code}: ${run.error.message}`]);
  return formatTable(lines);
}

export function tabulateRuns(runs: readonly Run[]): string {
  const rows = runs.map((run) => [
    run.id,
    run.kind,
    run.status,
    `${run.progress.done}/${run.progress.total} ${run.progress.unit}`,
    run.createdAt,
    run.name ?? "",
  ]);
  return formatTable([["RUN", "KIND", "STATUS", "PROGRESS", "CREATED", "NAME"], ...rows]);
}
