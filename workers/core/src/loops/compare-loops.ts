import type { Estimate, LoopComparison } from "@whetstone/schemas/api";
import { iterations, loopSteps } from "@whetstone/schemas/db";
import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { readAllRows } from "../samples/read-rows.ts";
import { fairTossPValue } from "../statistics/binomial.ts";
import { getLoop } from "./read-loops.ts";

type Side = LoopComparison["loops"][number];
const Measured = z.object({ queryId: z.string(), sampleIdx: z.number(), correct: z.boolean().nullable() });

/** Loops side by side; each pair's models are compared on the held-out queries both were asked. */
export async function compareLoops(ctx: Context, ids: readonly string[]): Promise<LoopComparison> {
  requireScope(ctx, "runs:read");
  if (new Set(ids).size < ids.length) throw new AppError("invalid_input", "a loop is named twice; name each once");
  const sides = await Promise.all(ids.map((id) => readSide(ctx, id)));
  const answers = await Promise.all(sides.map(({ loop }) => readAnswers(ctx, loop)));
  const pairs = sides.flatMap((a, i) =>
    sides.slice(i + 1).map((b, j) => pair([a, b], [answers[i] ?? new Map(), answers[i + 1 + j] ?? new Map()])),
  );
  return { object: "loop_comparison", loops: sides, pairs };
}

async function readSide(ctx: Context, id: string): Promise<Side> {
  const loop = await getLoop(ctx, id);
  const rows = await ctx.db.select().from(iterations).where(eq(iterations.loopId, id)).orderBy(asc(iterations.number));
  const verifiedOf = (number: number): z.infer<typeof Estimate> | null => rows[number]?.monitors?.verified ?? null;
  let samples = 0;
  const curve = rows.map(({ number, status, cost }) => {
    samples += cost.samples;
    return { number, status, verified: verifiedOf(number), samples };
  });
  return { loop, base: verifiedOf(0), promoted: verifiedOf(loop.promoted), curve };
}

/** Whether the promoted weights' greedy text was right, by query. */
async function readAnswers(ctx: Context, { id, promoted }: Side["loop"]): Promise<Map<string, boolean>> {
  const [gate] = await ctx.db
    .select({ outputs: loopSteps.outputs })
    .from(loopSteps)
    .where(and(eq(loopSteps.loopId, id), eq(loopSteps.iteration, promoted), eq(loopSteps.name, "gate")));
  const file = gate?.outputs.flat().find(({ name }) => name === "record.parquet");
  if (!file) return new Map();
  const columns = ["query_id", "sample_idx", "correct"];
  const rows = await readAllRows(ctx, file, { schema: Measured, columns });
  return new Map(rows.flatMap((row) => (row.sampleIdx === -1 ? [[row.queryId, row.correct === true]] : [])));
}

function pair([a, b]: readonly [Side, Side], [ofA, ofB]: readonly [Map<string, boolean>, Map<string, boolean>]) {
  const both = [...ofA].filter(([query]) => ofB.has(query));
  const onlyA = both.filter(([query, isRight]) => isRight && ofB.get(query) === false).length;
  const onlyB = both.filter(([query, isRight]) => !isRight && ofB.get(query) === true).length;
  const pValue = fairTossPValue(onlyA, onlyA + onlyB);
  return { a: a.loop.id, b: b.loop.id, queries: both.length, onlyA, onlyB, pValue };
}
