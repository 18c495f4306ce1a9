import type { Matches } from "@whetstone/schemas/api";
import { runs } from "@whetstone/schemas/db";
import { SearchVersionResult } from "@whetstone/schemas/tasks";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { openRows } from "../rows/open-rows.ts";
import { listTaskResults } from "../runs/list-task-results.ts";
import { getOwned } from "../scope.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { samplesAt } from "./list-samples.ts";

/** What a search run found, the nearest first; what it has found so far while it goes on. */
export async function getMatches(ctx: Context, runId: string): Promise<Matches> {
  requireScope(ctx, "datasets:read");
  const run = await getOwned(ctx, runs, { what: "run", id: runId });
  if (run.params.kind !== "search")
    throw new AppError("invalid_input", `run ${runId} is of kind ${run.kind}; only a search has matches`);
  if (run.status === "failed")
    throw new AppError("conflict", `the search failed: ${run.errorMessage ?? run.errorCode ?? "unknown"}`);
  const manifest = await getManifest(ctx, run.params.versionId);
  const firsts: number[] = [];
  let first = 0;
  for (const { sampleCount } of manifest.shards) {
    firsts.push(first);
    first += sampleCount;
  }
  const hits: { place: number; score: number }[] = [];
  for await (const { result } of listTaskResults(ctx, runId))
    for (const { shard, row, score } of SearchVersionResult.parse(result).hits)
      hits.push({ place: (firsts[shard] ?? 0) + row, score });
  const samples = await samplesAt(
    ctx,
    await openRows(ctx, manifest),
    hits.map(({ place }) => place),
  );
  const data = samples.map((sample, i) => ({ score: hits[i]?.score ?? 0, sample }));
  return { object: "matches", isComplete: run.finishedAt !== null || hits.length > 0, data };
}
