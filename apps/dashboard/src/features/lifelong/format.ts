/** Two decimals, three digits for what is small. */
export function toValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value !== 0 && Math.abs(value) < 0.005 ? value.toPrecision(1) : value.toFixed(2);
  return text.replace("-", "\u2212");
}

export function toEnds(interval: { low: number; high: number } | null | undefined): string {
  return interval ? `${toValue(interval.low)} to ${toValue(interval.high)}` : "–";
}

const neutral: Record<string, number> = {
  perf_recovery: 0,
  perf_maintenance_mrlep: 0,
  perf_maintenance_mrtlp: 0,
  forward_transfer_ratio: 1,
  backward_transfer_ratio: 1,
  forward_transfer_contrast: 0,
  backward_transfer_contrast: 0,
  ste_rel_perf: 1,
  sample_efficiency: 1,
};

/** What a metric is when nothing happens; undefined where there is no such value. */
export const neutralOf = (metric: string): number | undefined => neutral[metric];
