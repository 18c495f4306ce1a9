import type { Sample, SamplePair } from "@whetstone/schemas/api";
import { words } from "./words.ts";

export interface TextPair {
  title: string;
  before: string;
  after: string;
}

const tags = (list: readonly string[] | undefined) => list?.join(", ") ?? "";

/** A sample's texts in two versions, those that either has. */
export function toTextPairs(before: Sample | null, after: Sample | null): TextPair[] {
  const rows = [
    { title: words.raw, of: (sample: Sample) => sample.text },
    { title: words.positive, of: (sample: Sample) => sample.refinement?.positiveDescription ?? "" },
    { title: words.negative, of: (sample: Sample) => sample.refinement?.negativeDescription ?? "" },
    { title: words.positiveTags, of: (sample: Sample) => tags(sample.refinement?.positiveTags) },
    { title: words.negativeTags, of: (sample: Sample) => tags(sample.refinement?.negativeTags) },
  ].map(({ title, of }) => ({ title, before: before ? of(before) : "", after: after ? of(after) : "" }));
  return rows.filter(({ before: left, after: right }) => left !== "" || right !== "");
}

/** Whether a sample says the same in both versions. */
export function isSame({ sample, other }: SamplePair): boolean {
  return other !== null && toTextPairs(sample, other).every(({ before, after }) => before === after);
}
