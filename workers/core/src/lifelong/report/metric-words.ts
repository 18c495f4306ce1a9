/** How people say a metric, what it is when nothing happens, and what more or less than that means. For all of them, more is better. */
export interface MetricWords {
  title: string;
  short: string;
  neutral: number | null;
  above: string;
  below: string;
}

const words: Record<string, MetricWords> = {
  perf_recovery: {
    title: "Performance recovery",
    short: "recovery",
    neutral: 0,
    above: "each return to a task takes fewer experiences than the one before",
    below: "each return to a task takes more experiences than the one before",
  },
  avg_train_perf: {
    title: "Mean training performance",
    short: "training",
    neutral: null,
    above: "",
    below: "",
  },
  avg_eval_perf: {
    title: "Mean evaluation performance",
    short: "evaluation",
    neutral: null,
    above: "",
    below: "",
  },
  perf_maintenance_mrlep: {
    title: "Performance maintenance",
    short: "maintenance",
    neutral: 0,
    above: "tasks get better while others are learnt",
    below: "tasks are forgotten while others are learnt",
  },
  perf_maintenance_mrtlp: {
    title: "Performance maintenance (from training)",
    short: "maintenance (training)",
    neutral: 0,
    above: "tasks get better while others are learnt",
    below: "tasks are forgotten while others are learnt",
  },
  forward_transfer_ratio: {
    title: "Forward transfer",
    short: "forward transfer",
    neutral: 1,
    above: "learning one task lifts others that were not learnt yet",
    below: "learning one task harms others that were not learnt yet",
  },
  backward_transfer_ratio: {
    title: "Backward transfer",
    short: "backward transfer",
    neutral: 1,
    above: "learning one task lifts others learnt before",
    below: "learning one task harms others learnt before",
  },
  forward_transfer_contrast: {
    title: "Forward transfer (contrast)",
    short: "forward transfer (contrast)",
    neutral: 0,
    above: "learning one task lifts others that were not learnt yet",
    below: "learning one task harms others that were not learnt yet",
  },
  backward_transfer_contrast: {
    title: "Backward transfer (contrast)",
    short: "backward transfer (contrast)",
    neutral: 0,
    above: "learning one task lifts others learnt before",
    below: "learning one task harms others learnt before",
  },
  ste_rel_perf: {
    title: "Performance relative to experts",
    short: "against experts",
    neutral: 1,
    above: "better than a learner of the task alone, on equal experience",
    below: "worse than a learner of the task alone, on equal experience",
  },
  sample_efficiency: {
    title: "Sample efficiency",
    short: "sample efficiency",
    neutral: 1,
    above: "gets to its best level sooner, or higher, than an expert",
    below: "gets to its best level later, or lower, than an expert",
  },
};

export function metricWords(name: string): MetricWords {
  return words[name] ?? { title: name, short: name, neutral: null, above: "", below: "" };
}

/** Two decimals, three digits for what is small. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value !== 0 && Math.abs(value) < 0.005 ? value.toPrecision(1) : value.toFixed(2);
  return text.replace("-", "\u2212");
}

export function formatEnds(interval: { low: number; high: number } | null): string {
  return interval ? `${formatValue(interval.low)} to ${formatValue(interval.high)}` : "–";
}
