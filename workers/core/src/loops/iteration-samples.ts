import type { LoopSampleRow, PageOf, PageQuery } from "@whetstone/schemas/api";
import { loops, loopSteps } from "@whetstone/schemas/db";
import { LoopRecordRow } from "@whetstone/schemas/tasks";
import { and, asc, eq } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { notFound } from "../errors.ts";
import { fromCursor, slicePage, toCursor, toCursorPage } from "../samples/positions.ts";
import { countRows, type LayerFile, readRows } from "../samples/read-rows.ts";
import { getOwned } from "../scope.ts";

/** Rows looked through at once for a verdict, by that column alone. */
const stretch = 20_000;
/** Rows between two that are wanted, up to which both are had in one read. */
const nearby = 64;
const Verdict = LoopRecordRow.pick({ verdict: true });

interface Asked {
  id: string;
  number: number;
  step?: string | undefined;
  /** `kept`, one reason, or `refused`: all that was not kept. */
  verdict?: string | undefined;
}

/** What an iteration drew to learn from, row by row, with what became of it: the record of its method's last reducer. */
export async function listIterationSamples(
  ctx: Context,
  { id, number, step, verdict }: Asked,
  page: PageQuery,
): Promise<PageOf<LoopSampleRow>> {
  requireScope(ctx, "runs:read");
  await getOwned(ctx, loops, { what: "loop", id });
  const file = await findRecord(ctx, { id, number, step });
  const total = await countRows(ctx, file);
  if (verdict !== undefined) {
    const { positions, hasMore } = await findRows(ctx, file, { total, verdict, page });
    return toCursorPage(await readAt(ctx, file, positions), hasMore);
  }
  const { slices, hasMore } = slicePage([total], page);
  const positions = slices.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  return toCursorPage(await readAt(ctx, file, page.order === "asc" ? positions : positions.toReversed()), hasMore);
}

async function findRecord(ctx: Context, { id, number, step }: Asked): Promise<LayerFile> {
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
  return file;
}

interface Search {
  total: number;
  verdict: string;
  page: PageQuery;
}

/** Places of a page of rows with a verdict, in the order asked for; the column is read a stretch at a time until there are enough. */
async function findRows(ctx: Context, file: LayerFile, { total, verdict, page: { after, limit, order } }: Search) {
  const isWanted = (given: string) => (verdict === "refused" ? given !== "kept" : given === verdict);
  const last = after === undefined ? undefined : fromCursor(after, total);
  const positions: number[] = [];
  const isUp = order === "asc";
  let at = isUp ? (last ?? -1) + 1 : (last ?? total);
  while (positions.length <= limit && (isUp ? at < total : at > 0)) {
    const [from, to] = isUp ? [at, Math.min(total, at + stretch)] : [Math.max(0, at - stretch), at];
    const rows = await readRows(ctx, file, { schema: Verdict, from, to, columns: ["verdict"] });
    const found = rows.flatMap((row, i) => (isWanted(row.verdict) ? [from + i] : []));
    positions.push(...(isUp ? found : found.toReversed()));
    at = isUp ? to : from;
  }
  return { positions: positions.slice(0, limit), hasMore: positions.length > limit };
}

/** Rows at some places, in their order; those near one another come in one read. */
async function readAt(ctx: Context, file: LayerFile, positions: readonly number[]): Promise<LoopSampleRow[]> {
  const rows = new Map<number, LoopRecordRow>();
  for (const { from, to } of spansOf(positions.toSorted((a, b) => a - b)))
    for (const [i, row] of (await readRows(ctx, file, { schema: LoopRecordRow, from, to })).entries())
      rows.set(from + i, row);
  return positions.flatMap((position) => {
    const row = rows.get(position);
    return row ? [{ object: "iteration.sample" as const, cursor: toCursor(position), ...row }] : [];
  });
}

function spansOf(sorted: readonly number[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const position of sorted) {
    const last = spans.at(-1);
    if (last && position - last.to <= nearby) last.to = position + 1;
    else spans.push({ from: position, to: position + 1 });
  }
  return spans;
}
