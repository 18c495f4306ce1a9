import type { Sample } from "@whetstone/schemas/api";

/** What a column says of a sample, short. */
export function toFact(fact: Sample["facts"][string] | undefined): string {
  if (fact === null || fact === undefined) return "–";
  return typeof fact === "number" ? String(Number(fact.toPrecision(6))) : String(fact);
}
