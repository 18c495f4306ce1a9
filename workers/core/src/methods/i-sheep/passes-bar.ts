export interface Grades {
  quality: number | null;
  following: number | null;
}
export const barRules = ["average", "min", "quality", "following", "none"] as const;
export type BarRule = (typeof barRules)[number];

/** What a pair's grades come to; null where one is missing, whatever the rule. `none` lets every pair through (Self-Instruct). */
export function combineGrades({ quality, following }: Grades, rule: BarRule): number | null {
  if (rule === "none") return Infinity;
  if (quality === null || following === null) return null;
  if (rule === "quality") return quality;
  if (rule === "following") return following;
  return rule === "min" ? Math.min(quality, following) : (quality + following) / 2;
}

/** Strictly above the threshold. */
export function passesBar(grades: Grades, { rule, threshold }: { rule: BarRule; threshold: number }): boolean {
  const grade = combineGrades(grades, rule);
  return grade !== null && grade > threshold;
}
