import { z } from "zod";
import type { Corpus } from "../embed-corpus.ts";
import { dot, rowOf } from "../vectors.ts";
import { bootstrap, weightedSum } from "./bootstrap.ts";
import type { EvaluationContext, Prediction, TaskOf, TaskOutcome } from "./evaluation-context.ts";
import { failure } from "./failure.ts";
import { metadataOf, selectSamples } from "./select-samples.ts";

/** An image's part in an instance; several instances may use it. */
const Associations = z.array(
  z.object({
    instance: z.union([z.string(), z.number()]).transform(String),
    cue: z.string().min(1),
    is_match: z.boolean(),
  }),
);
interface Instance {
  id: string;
  cue: string;
  candidates: { row: number; isMatch: boolean }[];
}

const textsAtOnce = 1024;

/** WinoGAViL as DataComp scores it: as many images as go with the cue are picked by cosine; Jaccard index of picked and true ones. */
export async function association(
  { model, corpus, seed }: EvaluationContext,
  { split }: TaskOf<"association">,
): Promise<TaskOutcome> {
  const instances = findInstances(corpus, selectSamples(corpus, split));
  const cues = [...new Set(instances.map(({ cue }) => toPrompt(cue)))];
  const vectorOf = new Map<string, Float32Array>();
  for (let start = 0; start < cues.length; start += textsAtOnce) {
    const part = cues.slice(start, start + textsAtOnce);
    const texts = await model.embedTexts(part);
    part.forEach((cue, i) => vectorOf.set(cue, rowOf(texts, i)));
  }
  const jaccards = Float64Array.from(instances, ({ cue, candidates }) => {
    const text = vectorOf.get(toPrompt(cue)) ?? new Float32Array(corpus.images.dim);
    return jaccard(candidates.map(({ row, isMatch }) => ({ score: dot(rowOf(corpus.images, row), text), isMatch })));
  });

  const predictions: Prediction[] = instances.map(({ id, cue }, i) => ({
    part: "",
    uid: "",
    unit: id,
    label: cue,
    predicted: "",
    rank: 0,
    correct: jaccards[i] ?? 0,
  }));
  return {
    scores: score(jaccards, { sizes: instances.map(({ candidates }) => candidates.length), seed }),
    predictions,
  };
}

function score(jaccards: Float64Array, { sizes, seed }: { sizes: number[]; seed: number }) {
  const groups = [() => true, (size: number) => size <= 6, (size: number) => size >= 10].map((isIn) => {
    const members = Float64Array.from(sizes, (size) => (isIn(size) ? 1 : 0));
    return { members, sums: members.map((member, i) => member * (jaccards[i] ?? 0)) };
  });
  const measure = (weights: Uint16Array, figures: Float64Array) =>
    groups.forEach(({ members, sums }, i) => (figures[i] = weightedSum(sums, weights) / weightedSum(members, weights)));
  const figures = new Float64Array(3);
  measure(new Uint16Array(sizes.length).fill(1), figures);
  const drawn = bootstrap(["jaccard", "jaccard5to6", "jaccard10to12"], {
    count: sizes.length,
    seed,
    statistic: measure,
  });
  const [all = 0, few = Number.NaN, many = Number.NaN] = figures;
  const hasMany = !Number.isNaN(many);

  return {
    type: "association" as const,
    sampleCount: sizes.reduce((sum, size) => sum + size, 0),
    instanceCount: sizes.length,
    // DataComp's main metric, where there are such instances.
    main: hasMany ? { metric: "jaccard10to12", value: many } : { metric: "jaccard", value: all },
    intervals: {
      jaccard: drawn.jaccard,
      ...(Number.isNaN(few) ? {} : { jaccard5to6: drawn.jaccard5to6 }),
      ...(hasMany ? { jaccard10to12: drawn.jaccard10to12 } : {}),
    },
    jaccard: all,
    jaccard5to6: Number.isNaN(few) ? null : few,
    jaccard10to12: hasMany ? many : null,
  };
}

/** Wrong candidates win ties. */
export function jaccard(candidates: { score: number; isMatch: boolean }[]): number {
  const count = candidates.filter(({ isMatch }) => isMatch).length;
  const picked = candidates
    .toSorted((a, b) => b.score - a.score || Number(a.isMatch) - Number(b.isMatch))
    .slice(0, count);
  const right = picked.filter(({ isMatch }) => isMatch).length;
  return right / (2 * count - right);
}

/** DataComp's `get_clip_prompt`. */
export function toPrompt(cue: string): string {
  const word = cue.toLowerCase();
  return `${/^[aeiou]/.test(word) ? "An" : "A"} ${word}`;
}

function findInstances({ samples }: Corpus, rows: readonly number[]): Instance[] {
  const instances = new Map<string, Instance>();
  for (const row of rows) {
    const sample = samples[row];
    const found = sample && Associations.safeParse(metadataOf(sample)["associations"]);
    if (!found?.success) continue;
    for (const { instance: id, cue, is_match: isMatch } of found.data) {
      const instance = instances.get(id) ?? { id, cue, candidates: [] };
      if (instance.cue !== cue)
        throw failure(
          "associations_missing",
          `instance ${id} has two cues, ${JSON.stringify(instance.cue)} and ${JSON.stringify(cue)}; give each instance an id of its own`,
        );
      instance.candidates.push({ row, isMatch });
      instances.set(id, instance);
    }
  }
  const usable = [...instances.values()].filter(({ candidates }) => candidates.some(({ isMatch }) => isMatch));
  if (usable.length > 0) return usable;
  throw failure(
    "associations_missing",
    "no sample has `associations` in its metadata: a list of {instance, cue, is_match}, true for at least one image of an instance",
  );
}
