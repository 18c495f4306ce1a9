import { type CurvePoint, type CurveQuery, TaskNote, type TrainingCurve } from "@whetstone/schemas/api";
import { runEvents } from "@whetstone/schemas/db";
import { CurveLine, toCurvePoint } from "@whetstone/schemas/tasks";
import { and, asc, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { type Context, requireScope } from "../context.ts";
import { AppError } from "../errors.ts";
import { listTaskResults } from "./list-task-results.ts";
import { loadRun } from "./load-run.ts";

const noteTypes = ["task.metrics", "task.look", "task.alarm", "task.stopped"] as const;
/** The trainer takes points ever more rarely, so that a month makes some four thousand. */
const maxEvents = 5_000;
const maxBytes = 16 * 1024 ** 2;

/** A training's curve: of one that succeeded as its task left it, else as far as its runner has told. */
export async function getTrainingCurve(
  ctx: Context,
  { runId, points: maxPoints }: CurveQuery & { runId: string },
): Promise<TrainingCurve> {
  requireScope(ctx, "runs:read");
  const run = await loadRun(ctx, runId);
  if (run.kind !== "train")
    throw new AppError("invalid_input", `run ${runId} is of kind ${run.kind}; only train runs have a curve`);
  const notes = await listNotes(ctx, runId);
  const points = (await findFinished(ctx, runId)) ?? dropRedone(pick(notes, "task.metrics").flatMap(toPoints));
  const alarms = pick(notes, "task.alarm").map(({ data }) => data);
  return {
    object: "training_curve",
    runId,
    isLive: run.status === "running",
    pointCount: points.length,
    points: takeEvenly(points, maxPoints),
    looks: dropRedone(pick(notes, "task.look").map(({ attempt, data }) => ({ attempt, value: data }))),
    // A training raises each alarm once; one that went on from a checkpoint may raise it anew.
    alarms: alarms.filter(({ code }, i) => alarms.findIndex((other) => other.code === code) === i),
    stop: pick(notes, "task.stopped").at(-1)?.data ?? null,
  };
}

type Note = TaskNote & { attempt: number };

async function listNotes(ctx: Context, runId: string): Promise<Note[]> {
  const rows = await ctx.db
    .select({ type: runEvents.type, data: runEvents.data })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), inArray(runEvents.type, [...noteTypes])))
    .orderBy(asc(runEvents.id))
    .limit(maxEvents);
  return rows.map((row) => ({ ...TaskNote.parse(row), attempt: z.int().parse(row.data["attempt"]) }));
}

const pick = <T extends Note["type"]>(notes: readonly Note[], type: T) =>
  notes.filter((note): note is Extract<Note, { type: T }> => note.type === type);

type Measured<T> = { attempt: number; value: T };

const toPoints = ({ attempt, data }: Extract<Note, { type: "task.metrics" }>): Measured<CurvePoint>[] =>
  data.points.map((value) => ({ attempt, value }));

async function findFinished(ctx: Context, runId: string): Promise<CurvePoint[] | undefined> {
  for await (const task of listTaskResults(ctx, runId)) {
    const text = await ctx.storage.getText(task.file("curve.jsonl").key, { maxBytes });
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line) => toCurvePoint(CurveLine.parse(JSON.parse(line))));
  }
  return undefined;
}

/** A later attempt goes on from a checkpoint: what an earlier one measured from there on was in vain. */
function dropRedone<T extends { step: number }>(measured: readonly Measured<T>[]): T[] {
  const kept: Measured<T>[] = [];
  for (const next of measured) {
    let last = kept.at(-1);
    while (last && last.attempt < next.attempt && last.value.step >= next.value.step) {
      kept.pop();
      last = kept.at(-1);
    }
    kept.push(next);
  }
  return kept.map(({ value }) => value);
}

function takeEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const places = Array.from({ length: count }, (_, i) => Math.round((i * (items.length - 1)) / (count - 1)));
  return places.flatMap((place) => items.slice(place, place + 1));
}
