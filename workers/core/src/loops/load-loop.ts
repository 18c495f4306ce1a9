import { iterations, loops, loopSteps, runs } from "@whetstone/schemas/db";
import { and, asc, eq, getTableColumns, gte, inArray, or, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import type { Step } from "../methods/method.ts";
import type { RunRow } from "../runs/run-kind.ts";
import type { LoopHistory, LoopSpec, PastIteration } from "./loop-spec.ts";

export type LoopRow = typeof loops.$inferSelect;
export type IterationRow = typeof iterations.$inferSelect;
export type StepRow = typeof loopSteps.$inferSelect;

export interface LoadedLoop {
  run: RunRow;
  loop: LoopRow;
  spec: LoopSpec;
  history: LoopHistory;
  /** The step at work, if there is one. */
  open: StepRow | undefined;
  /** Tasks planned so far. */
  taskCount: number;
}

/** Iterations from the last one back whose steps are told whole: what a budget is estimated by. */
const recent = 4;

/**
 * A loop of a run with all that has happened to it. Of iterations long past only the rows that reduce steps left are told, since pooled
 * learning reads them: a loop of a thousand iterations moves on as quickly as one of ten.
 */
export async function loadLoop(ctx: Context, runId: string): Promise<LoadedLoop> {
  const [found] = await ctx.db
    .select({ run: runs, loop: loops })
    .from(loops)
    .innerJoin(runs, eq(runs.id, loops.runId))
    .where(eq(loops.runId, runId));
  if (!found) throw notFound("loop of run", runId);
  const { run, loop } = found;
  const [turns, steps] = await ctx.db.batch([
    ctx.db.select().from(iterations).where(eq(iterations.loopId, loop.id)).orderBy(asc(iterations.number)),
    ctx.db
      .select({
        ...getTableColumns(loopSteps),
        summary: sql`case when ${isNear(loop)} then ${loopSteps.summary} else '{}' end`.mapWith(loopSteps.summary),
      })
      .from(loopSteps)
      .where(and(eq(loopSteps.loopId, loop.id), or(eq(loopSteps.kind, "reduce"), isNear(loop))))
      .orderBy(asc(loopSteps.iteration), asc(loopSteps.ordinal)),
  ]);
  const last = steps.at(-1);
  return {
    run,
    loop,
    spec: toSpec(loop),
    history: {
      promoted: loop.promoted,
      iterations: turns.map((turn) => toPast(turn, steps)),
      spent: loop.spent,
    },
    open: steps.find(({ status }) => status === "running"),
    taskCount: last ? last.firstTask + last.taskCount : 0,
  };
}

/** Steps of the last iterations, of the first, of the promoted one and of that which the last began with. */
function isNear({ id, promoted }: LoopRow): SQL | undefined {
  const last = sql`(select max(${iterations.number}) from ${iterations} where ${iterations.loopId} = ${id})`;
  const start = sql`(select ${iterations.startsFrom} from ${iterations} where ${iterations.loopId} = ${id} order by ${iterations.number} desc limit 1)`;
  return or(
    inArray(loopSteps.iteration, [0, promoted]),
    gte(loopSteps.iteration, sql`${last} - ${recent - 1}`),
    eq(loopSteps.iteration, start),
  );
}

function toSpec({ request, parameters, start, method }: LoopRow): LoopSpec {
  const { iterations: total, maxTokens, measure, gate, budget, seed, shards, policy } = request;
  return {
    method,
    parameters,
    policyKind: policy.kind,
    iterations: total,
    maxTokens,
    measure,
    gate,
    budget,
    seed,
    shards,
    start,
  };
}

function toPast(row: IterationRow, steps: readonly StepRow[]): PastIteration {
  const { number, status, startsFrom, decisions, monitors, alarms, slots } = row;
  const finished = steps.flatMap((step) =>
    step.iteration === number && step.status !== "running"
      ? [
          {
            // Written by `nextMove`, read by nobody else.
            step: step.step as unknown as Step,
            status: step.status,
            summary: step.summary,
            outputs: step.outputs,
            seconds: step.seconds ?? 0,
          },
        ]
      : [],
  );
  return { number, status, startsFrom, steps: finished, decisions, monitors, alarms, slots };
}
