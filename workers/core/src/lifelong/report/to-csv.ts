import type { ReportDocument } from "@whetstone/schemas/api";

/** A report's numbers as CSV: a line a metric of a subject, a lifetime, a task, or a model on a set. */
export function toCsv({ subjects, models, createdAt }: ReportDocument): string {
  const head = ["created_at", "subject", "lifetime", "task", "metric", "value", "low", "high", "confidence", "method"];
  const lines = subjects.flatMap(({ name, means, lifetimes }) => [
    ...Object.entries(means).map(([metric, { mean, interval }]) => [
      createdAt,
      name,
      "",
      "",
      metric,
      mean,
      interval?.low,
      interval?.high,
      interval?.confidence,
      interval?.method,
    ]),
    ...lifetimes.flatMap((lifetime) => [
      ...Object.entries(lifetime.metrics).map(([metric, value]) => {
        const interval = lifetime.intervals[metric];
        return [
          createdAt,
          name,
          lifetime.name,
          "",
          metric,
          value,
          interval?.low,
          interval?.high,
          interval?.confidence,
          interval?.method,
        ];
      }),
      ...Object.entries(lifetime.taskMetrics).flatMap(([task, metrics]) =>
        Object.entries(metrics).map(([metric, value]) => [createdAt, name, lifetime.name, task, metric, value]),
      ),
    ]),
  ]);
  const figures = models.flatMap(({ name, figures: own }) =>
    own.map(({ set, metric, value, interval }) => [
      createdAt,
      name,
      "",
      set,
      metric,
      value,
      interval?.low,
      interval?.high,
      interval ? 0.95 : null,
      interval ? "evaluation" : null,
    ]),
  );
  const rows = [...lines, ...figures].map((line) => head.map((_, i) => toCell(line[i])).join(","));
  return `${[head.join(","), ...rows].join("\r\n")}\r\n`;
}

function toCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  // A leading sign of a formula would be run by a spreadsheet.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
