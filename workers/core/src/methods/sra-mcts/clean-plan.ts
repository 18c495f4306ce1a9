/** A plan without what is fenced as code; null where fewer words are left than `minWords`. */
export function cleanPlan(plan: string, minWords: number): string | null {
  const text = plan
    .replaceAll(/```[\s\S]*?(?:```|$)/g, " ")
    .replaceAll(/[ \t]+/g, " ")
    .trim();
  const words = text.split(/\s+/).filter(Boolean).length;
  return words > 0 && words >= minWords ? text : null;
}
