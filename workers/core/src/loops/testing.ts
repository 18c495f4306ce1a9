import { type Alarm, GateSettings, type GateVerdict, type MethodId, type Monitors } from "@whetstone/schemas/api";
import { findMethod, type RunnableMethod } from "../methods/index.ts";
import type { DoneStep, SampleTable, Step } from "../methods/method.ts";
import { createRandom } from "../statistics/create-random.ts";
import { soundAlarms } from "./alarms.ts";
import { judge } from "./gate.ts";
import { type MeasuredTables, monitor } from "./monitors.ts";
import { drawFrom, learnInto, type Table, type ToyRow, type ToyWorld } from "./toy-world.ts";

export interface ToyIteration {
  monitors: Monitors;
  verdict: GateVerdict;
  alarms: Alarm[];
  decisions: Record<string, unknown>;
  kept: number | null;
  candidate: Table;
  isPromoted: boolean;
}

export interface Simulation {
  method: MethodId;
  parameters: Record<string, unknown>;
  world: ToyWorld;
  iterations?: number;
  seed?: number;
  /** Lets every candidate in, as no loop should: for laws of several rounds. */
  isOpen?: boolean;
}

const draws = { count: 8, atLeast: [1, 2] };

/** A loop as the engine turns it, on a table: the method's plan and reducers, the laws of learning, monitors, alarms and gate. */
export function simulate({
  method: id,
  parameters,
  world,
  iterations = 2,
  seed = 1,
  isOpen = false,
}: Simulation): ToyIteration[] {
  const method = findMethod(id);
  const parsed = method.parse(parameters);
  const random = createRandom(seed);
  const first = measure(world.start, { method, parsed, world, random });
  const firstMonitors = monitor(first, { settings: draws, first: null, keptShare: null });
  const past: ToyIteration[] = [];
  let promoted = { weights: world.start, tables: first };
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const turn = turnOnce({ method, parsed, world, random, iteration, current: promoted.weights });
    const tables = measure(turn.weights, { method, parsed, world, random });
    const monitors = monitor(tables, { settings: draws, first: firstMonitors, keptShare: turn.keptShare });
    const alarms = [...turn.alarms, ...soundAlarms(monitors, firstMonitors)];
    const verdict = judge({ candidate: tables, promoted: promoted.tables, alarms }, GateSettings.parse({}));
    const isPromoted = verdict.passed || isOpen;
    if (isPromoted) promoted = { weights: turn.weights, tables };
    past.push({
      monitors,
      verdict,
      alarms,
      decisions: turn.decisions,
      kept: turn.kept,
      candidate: turn.weights,
      isPromoted,
    });
  }
  return past;
}

interface Turn {
  method: RunnableMethod;
  parsed: Record<string, unknown>;
  world: ToyWorld;
  random: () => number;
}

function turnOnce({ method, parsed, world, random, iteration, current }: Turn & { iteration: number; current: Table }) {
  const tables: Record<string, SampleTable> = {};
  const rows: Record<string, ToyRow[]> = {};
  const learnt: Record<string, Table> = {};
  const done: DoneStep[] = [];
  const alarms: Alarm[] = [];
  const decisions: Record<string, unknown> = {};
  let weights = current;
  let [kept, drawn]: [number | null, number] = [null, 0];
  for (let step = nextOf(); step; step = nextOf()) done.push({ step, summary: take(step) });
  return { weights, alarms, decisions, kept, keptShare: kept === null || drawn === 0 ? null : kept / drawn };

  function nextOf(): Step | undefined {
    return method.next({ parameters: parsed, iteration, seed: iteration, done, earlier: [] });
  }

  function take(step: Step): Record<string, unknown> {
    if (step.kind === "sample") {
      const from = step.weights === "base" ? world.start : weights;
      const given = step.rows === undefined ? undefined : rows[step.rows];
      tables[step.name] = drawFrom(world, { weights: from, base: world.start, step, rows: given, random });
      return {};
    }
    if (step.kind === "learn") {
      // Only the policy is a table; other slots are what `proxy` stands for.
      if (step.slot !== "policy") return {};
      const start = { base: world.start, current, step: learnt[step.after ?? ""] ?? current, none: world.start }[
        step.learning.from
      ];
      weights = learnInto(world, start, rows[step.rows] ?? []);
      learnt[step.name] = weights;
      return {};
    }
    const read = Object.fromEntries(step.reads.map((name) => [name, tables[name] as SampleTable]));
    const { training, summary } = method.findReducer(step.reducer)(read, {
      parameters: parsed,
      iteration,
      seed: iteration,
      done,
    });
    rows[step.name] = training;
    alarms.push(...(summary.alarms ?? []));
    Object.assign(decisions, summary.decisions);
    if (summary.kept !== undefined) [kept, drawn] = [summary.kept, summary.drawn ?? 0];
    return summary;
  }
}

/** Held-out and old queries asked, and the held-out ones judged by a judge that knows the truth. */
function measure(weights: Table, { method, parsed, world, random }: Turn): MeasuredTables {
  const { form, options, score } = method.measure(parsed);
  const ask = (split: string, reward = score) =>
    drawFrom(world, {
      weights,
      base: world.start,
      step: {
        name: split,
        kind: "sample",
        slot: "policy",
        draw: { split, count: draws.count, greedy: true, form, options },
        score: reward,
      },
      random,
    });
  return { heldOut: ask("held-out"), retention: ask("old"), judge: ask("held-out", { reward: { kind: "verdict" } }) };
}
