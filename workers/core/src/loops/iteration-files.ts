import { type IterationFiles, type LoopSampleRow, type PageOf, type PageQuery } from "@whetstone/schemas/api";
import { iterations, loops, loopSteps } from "@whetstone/schemas/db";
import { LoopRecordRow } from "@whetstone/schemas/tasks";
import { and, asc, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { notFound } from "../errors.ts";
import { slicePage, toCursor, toCursorPage } from "../samples/positions.ts";
import { countRows, readRows } from "../samples/read-rows.ts";
import { getOwned } from "../scope.ts";
import { iterationId } from "./open-step.ts";

const linkSeconds = 3600;

/** Addresses of all that an iteration's slots hold. */
export async function getIterationFiles(ctx: Context, id: string, number: number): Promise<IterationFiles> {
  requireScope(ctx, "models:read");
  await getOwned(ctx, loops, { what: "loop", id });
  const { slots } = await getOwned(ctx, iterations, { what: "iteration", id: iterationId(id, number) });
  const files = await Promise.all(
    Object.entries(slots).flatMap(([slot, weights]) =>
      weights.files.map(async ({ name, key, sizeBytes, sha256 }) => {
        const url = await ctx.storage.presignGet(key, { expiresSeconds: linkSeconds });
        return { slot, name, sizeBytes, sha256, url };
      }),
    ),
  );
  const expiresAt = new Date(ctx.now().getTime() + linkSeconds * 1000).toISOString();
  return { object: "iteration.files", loopId: id, number, files, expiresAt };
}

/** What an iteration drew to learn from, row by row, with what became of it: the record of its method's last reducer. */
export async function listIterationSamples(
  ctx: Context,
  { id, number, step }: { id: string; number: number; step?: string | undefined },
  page: PageQuery,
): Promise<PageOf<LoopSampleRow>> {
  requireScope(ctx, "runs:read");
  await getOwned(ctx, loops, { what: "loop", id });
  const steps = await ctx.db
    .select({ name: loopSteps.name, outputs: loopSteps.outputs })
    .from(loopSteps)
    .where(
      and(
        eq(loopSteps.loopId, id),
        eq(loopSteps.iteration, number),
        eq(loopSteps.kind, "reduce"),
        eq(loopSteps.status, "succeeded"),
      ),
    )
    .orderBy(asc(loopSteps.ordinal));
  const chosen = steps.findLast(({ name }) => (step === undefined ? name !== "gate" || number === 0 : name === step));
  const file = chosen?.outputs.flat().find(({ name }) => name === "record.parquet");
  if (!file) throw notFound("record", step ?? `of iteration ${number}`);
  const { slices, hasMore } = slicePage([await countRows(ctx, file)], page);
  const data: LoopSampleRow[] = [];
  for (const { from, to } of slices) {
    const rows = await readRows(ctx, file, { schema: LoopRecordRow, from, to });
    const shown = rows.map((row, i): LoopSampleRow => ({
      object: "iteration.sample",
      cursor: toCursor(from + i),
      ...row,
    }));
    data.push(...(page.order === "asc" ? shown : shown.toReversed()));
  }
  return toCursorPage(data, hasMore);
}
