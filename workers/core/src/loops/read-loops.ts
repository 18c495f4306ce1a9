import type { Iteration, Loop, PageOf, PageQuery } from "@whetstone/schemas/api";
import { iterations, loops, loopSteps, runs } from "@whetstone/schemas/db";
import { and, asc, desc, eq, gt, inArray, lt } from "drizzle-orm";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { getOwned, listOwned, toPage } from "../scope.ts";
import type { LoopRow } from "./load-loop.ts";
import { iterationId } from "./open-step.ts";
import { toIteration, toLoop } from "./to-loop.ts";

export async function getLoop(ctx: Context, id: string): Promise<Loop> {
  requireScope(ctx, "runs:read");
  const [loop] = await withRuns(ctx, [await getOwned(ctx, loops, { what: "loop", id })]);
  if (!loop) throw new Error(`loop ${id} has no run`);
  return loop;
}

export async function listLoops(ctx: Context, page: PageQuery): Promise<PageOf<Loop>> {
  requireScope(ctx, "runs:read");
  const { rows, hasMore } = await listOwned(ctx, loops, { page, kind: "loop" });
  return toPage(await withRuns(ctx, rows), hasMore);
}

async function withRuns(ctx: Context, rows: readonly LoopRow[]): Promise<Loop[]> {
  const ids = rows.map(({ runId }) => runId);
  const found = ids.length === 0 ? [] : await ctx.db.select().from(runs).where(inArray(runs.id, ids));
  const byId = new Map(found.map((run) => [run.id, run]));
  const turns =
    rows.length === 0
      ? []
      : await ctx.db
          .select({ id: iterations.id, slots: iterations.slots, monitors: iterations.monitors })
          .from(iterations)
          .where(
            inArray(
              iterations.id,
              rows.map(({ id, promoted }) => iterationId(id, promoted)),
            ),
          );
  const turnOf = new Map(turns.map((turn) => [turn.id, turn]));
  return rows.flatMap((row) => {
    const run = byId.get(row.runId);
    return run ? [toLoop(row, { run, promoted: turnOf.get(iterationId(row.id, row.promoted)) })] : [];
  });
}

export async function getIteration(ctx: Context, id: string, number: number): Promise<Iteration> {
  requireScope(ctx, "runs:read");
  await getOwned(ctx, loops, { what: "loop", id });
  const row = await getOwned(ctx, iterations, { what: "iteration", id: iterationId(id, number) });
  return toIteration(
    row,
    await ctx.db
      .select()
      .from(loopSteps)
      .where(and(eq(loopSteps.loopId, id), eq(loopSteps.iteration, number)))
      .orderBy(asc(loopSteps.ordinal)),
  );
}

/** Iterations of a loop; their numbers are the cursors. */
export async function listIterations(ctx: Context, id: string, page: PageQuery): Promise<PageOf<Iteration>> {
  requireScope(ctx, "runs:read");
  await getOwned(ctx, loops, { what: "loop", id });
  const { after, limit, order } = page;
  if (after !== undefined && !/^\d{1,6}$/.test(after))
    throw new AppError("invalid_cursor", "after must be the last_id of the page before, the number of an iteration");
  const isBeyond = order === "asc" ? gt : lt;
  const rows = await ctx.db
    .select()
    .from(iterations)
    .where(and(eq(iterations.loopId, id), after === undefined ? undefined : isBeyond(iterations.number, Number(after))))
    .orderBy(order === "asc" ? asc(iterations.number) : desc(iterations.number))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const numbers = shown.map(({ number }) => number);
  const steps =
    numbers.length === 0
      ? []
      : await ctx.db
          .select()
          .from(loopSteps)
          .where(and(eq(loopSteps.loopId, id), inArray(loopSteps.iteration, numbers)))
          .orderBy(asc(loopSteps.ordinal));
  const data = shown.map((row) =>
    toIteration(
      row,
      steps.filter(({ iteration }) => iteration === row.number),
    ),
  );
  return {
    object: "list",
    data,
    first_id: data[0] ? String(data[0].number) : null,
    last_id: data.at(-1) ? String(data.at(-1)?.number) : null,
    has_more: rows.length > limit,
  };
}
