import { createRandom } from "../artwork/random.ts";
import { askQuestion, type Question } from "./ask.ts";
import { type Split, splits } from "./scene.ts";

export interface Query extends Question {
  queryId: string;
  split: Split;
  /** A text to be improved: right or wrong, one as often as the other. */
  draft: string;
}

/** `start` teaches a policy its first words; `old` is what it must not forget. */
const shares: Record<Split, number> = {
  start: 0.2,
  train: 0.4,
  "held-out": 0.15,
  vendor: 0.05,
  concept: 0.05,
  composition: 0.05,
  old: 0.1,
};

/** The same queries for the same seed; a scene with its question is in one split alone, and there once. */
export function makeQueries({ count, seed }: { count: number; seed: string }): Query[] {
  const seen = new Set<string>();
  return splits.flatMap((split) => {
    const wanted = Math.max(1, Math.round(shares[split] * count));
    const queries: Query[] = [];
    for (let attempt = 0; queries.length < wanted; attempt += 1) {
      const random = createRandom(`${seed}/${split}/${attempt}`);
      const question = askQuestion(split, random);
      const key = JSON.stringify([question.scene, question.text]);
      if (seen.has(key)) continue;
      seen.add(key);
      const others = question.choices.filter((choice) => choice !== question.answer);
      const drafted = random.chance(0.5) ? question.answer : random.pick(others);
      queries.push({
        ...question,
        queryId: `${split}-${queries.length}`,
        split,
        draft: `<direct> answer : ${drafted}`,
      });
    }
    return queries;
  });
}
