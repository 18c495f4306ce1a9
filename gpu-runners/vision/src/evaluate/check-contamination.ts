import { writeFile } from "node:fs/promises";
import type { Contamination, EvaluationScores } from "@whetstone/schemas/api";
import { BaseRow } from "@whetstone/schemas/tasks";
import { readLayer, TaskError } from "@whetstone/runtime";
import type { Corpus } from "../embed-corpus.ts";
import type { PathOf } from "../read-version.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { findSeen, maxDistance, type Seen } from "./find-seen.ts";
import { pickVectors } from "./select-samples.ts";

const maxExamples = 20;
const Hashes = BaseRow.pick({ uid: true, imageSha256: true, imagePhash: true });

export interface ContaminationCheck {
  context: EvaluationContext;
  seenShardCount: number;
  pathOf: PathOf;
  /** Where the list of all samples seen goes. */
  csvPath: string;
  /** Scores the same tasks on other samples. */
  score(context: EvaluationContext): Promise<EvaluationScores[]>;
}

/** Looks for test images among those the model was trained on, and scores the others alone. */
export async function checkContamination(check: ContaminationCheck): Promise<Contamination> {
  const { context, csvPath, score } = check;
  const { samples } = context.corpus;
  const { seen, seenSampleCount, hashlessCount } = await findSeen(samples, readSeen(check));
  const exactCount = seen.filter(({ isExact }) => isExact).length;
  if (seen.length > 0) await writeFile(csvPath, toCsv(seen, context.corpus));
  return {
    sampleCount: samples.length,
    exactCount,
    nearCount: seen.length - exactCount,
    maxDistance,
    hashlessCount,
    seenSampleCount,
    examples: seen
      .toSorted((a, b) => a.distance - b.distance)
      .slice(0, maxExamples)
      .map(({ row, seenUid, distance }) => ({ uid: samples[row]?.uid ?? "", seenUid, distance })),
    cleanScores: seen.length === 0 ? null : await scoreOthers(context, seen, score),
  };
}

async function* readSeen({ seenShardCount, pathOf, context }: ContaminationCheck) {
  for (let shard = 0; shard < seenShardCount; shard++) {
    context.signal.throwIfAborted();
    yield* readLayer(await pathOf(`seen-base-${shard}.parquet`), Hashes);
  }
}

/** Null when what is left can't be scored, such as when one class remains. */
async function scoreOthers(
  context: EvaluationContext,
  seen: readonly Seen[],
  score: ContaminationCheck["score"],
): Promise<EvaluationScores[] | null> {
  const isSeen = new Set(seen.map(({ row }) => row));
  const kept = context.corpus.samples.flatMap((_, row) => (isSeen.has(row) ? [] : [row]));
  if (kept.length === 0) return null;
  const placeOf = new Map(kept.map((row, place) => [row, place]));
  try {
    return await score({
      ...context,
      corpus: {
        samples: kept.flatMap((row) => context.corpus.samples[row] ?? []),
        images: pickVectors(context.corpus.images, kept),
      },
      async *readImages(places) {
        for await (const { rows, images } of context.readImages(places.map((place) => kept[place] ?? -1)))
          yield { rows: rows.map((row) => placeOf.get(row) ?? -1), images };
      },
    });
  } catch (error) {
    if (error instanceof TaskError && error.fate === "final") return null;
    throw error;
  }
}

function toCsv(seen: readonly Seen[], { samples }: Corpus): string {
  const rows = seen.map(
    ({ row, seenUid, distance, isExact }) => `${samples[row]?.uid},${seenUid},${distance},${isExact ? "yes" : "no"}`,
  );
  return ["uid,seen_uid,distance,is_exact", ...rows].map((line) => `${line}\r\n`).join("");
}
