import type { Alarm, MethodId, Monitors, PolicyKind } from "@whetstone/schemas/api";
import type { Draw, Learning, sampleColumns, Score, TrainingRow } from "@whetstone/schemas/tasks";
import type { z } from "zod";

/**
 * What a step is, before it is tasks. `name` is unique in its iteration and says what it is for: `explore`, `choose`, `learn`.
 * A slot is read as the iteration has left it so far: by its latest learn step, else as promoted.
 */
export type Step = { name: string } & (
  | {
      kind: "sample";
      slot: string;
      /** The loop says how long texts may be. */
      draw: Omit<z.input<typeof Draw>, "maxTokens">;
      score: z.input<typeof Score>;
      /** `base`: the slot's first weights draw, not those of now. */
      weights?: "base";
      /** Reduce step whose `training.parquet` rows are the queries, drafts or texts to go on from, instead of the task's. */
      rows?: string;
    }
  /** Runs one of the method's reducers over the rows of sample steps. */
  | { kind: "reduce"; reducer: string; reads: string[] }
  | {
      kind: "learn";
      slot: string;
      learning: z.input<typeof Learning>;
      /** Reduce step whose rows it learns from. */
      rows: string;
      /** The rows that the step of this name left in earlier iterations are learnt from too. */
      pooled?: boolean;
      /** With `from: "step"`: the learn step it goes on from. */
      after?: string;
    }
);

export interface DoneStep {
  step: Step;
  /** What a reducer said, or what sampling and learning counted. */
  summary: Record<string, unknown>;
}

/** One iteration as a method may see it. All there is to decide by: no clock, no I/O. */
export interface IterationView<P> {
  parameters: P;
  /** From 1. */
  iteration: number;
  seed: number;
  done: readonly DoneStep[];
  earlier: readonly {
    iteration: number;
    decisions: Record<string, unknown>;
    monitors: Monitors;
    wasPromoted: boolean;
  }[];
}

/** Rows as columns; all arrays have `rowCount` entries. Text columns may hold null. */
export type SampleTable = { rowCount: number } & {
  [C in keyof typeof sampleColumns]: (typeof sampleColumns)[C] extends "string"
    ? (string | null)[]
    : (typeof sampleColumns)[C] extends "bool"
      ? (boolean | null)[]
      : Float64Array;
};

export interface Reduction {
  /** Of each row of each step's table: kept, or why not (`wrong`, `below_threshold`, `duplicate`, `not_best`, `unparsed` ...). The iteration's record. */
  verdicts: Record<string, string[]>;
  training: TrainingRow[];
  /** JSON of at most 64 kB. `kept` of `drawn` is the kept share; what `decisions` names goes on the iteration. */
  summary: Record<string, unknown> & {
    kept?: number;
    drawn?: number;
    decisions?: Record<string, unknown>;
    alarms?: Alarm[];
  };
}

export type Reducer<P> = (
  tables: Readonly<Record<string, SampleTable>>,
  context: { parameters: P; iteration: number; seed: number; done: readonly DoneStep[] },
) => Reduction;

/** A published way of self-training, as data and pure functions. Same input, same answer. */
export interface Method<P = unknown> {
  id: MethodId;
  title: string;
  summary: string;
  paper: { title: string; arxiv: string; year: number };
  /** Each field's `.meta({ source, description })` tells where its default comes from. */
  parameters: z.ZodType<P> & { shape: Record<string, z.ZodType> };
  policies: readonly PolicyKind[];
  /** Slots beside `policy` that it learns; what is there at the start is null. */
  slots: readonly string[];
  /** How held-out queries are asked and rewarded; the engine sets the rest of the draw. */
  measure(parameters: P): Pick<Draw, "form" | "options"> & { score: z.input<typeof Score> };
  /** The step to do next, or undefined when the candidate is ready to be measured. */
  next(view: IterationView<P>): Step | undefined;
  reducers: Readonly<Record<string, Reducer<P>>>;
}

/** Binds a method's parts to its own parameters. */
export function defineMethod<P>(method: Method<P>): Method<P> {
  return method;
}
