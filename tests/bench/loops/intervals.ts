/** 97.5 % quantiles of Student's t for 1 to 9 degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Mean of few seeds with half the width of its 95 % interval (Student's t); null where one seed says nothing about spread. */
export function meanWithInterval(values: readonly number[]): { mean: number; half: number | null } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const quantile = quantiles[values.length - 2] ?? 1.96;
  return { mean, half: quantile * Math.sqrt(variance / values.length) };
}
