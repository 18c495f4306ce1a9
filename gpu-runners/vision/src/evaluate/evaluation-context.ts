import type { Benchmark, EvaluationScores, EvaluationTask } from "@whetstone/schemas/api";
import type { PredictionRow, RefinedRow } from "@whetstone/schemas/tasks";
import type { ClipModel } from "../clip-model.ts";
import type { Corpus } from "../embed-corpus.ts";

/** All that the tasks of one evaluation share. */
export interface EvaluationContext {
  model: ClipModel;
  corpus: Corpus;
  /** The version that linear probes and kNN learn from, when it is another one. */
  train: Corpus | null;
  /** By uid; null when the version is not refined. */
  refinements: Map<string, RefinedRow> | null;
  benchmark: Benchmark | null;
  seed: number;
  signal: AbortSignal;
  /** Encoded images of the samples with these places in the corpus (ascending), a batch at a time. */
  readImages(rows: readonly number[]): AsyncGenerator<{ rows: number[]; images: Buffer[] }>;
  progress(done: number, total: number, unit: string): void;
}

export type TaskOf<Type extends EvaluationTask["type"]> = Extract<EvaluationTask, { type: Type }>;
export type ScoresOf<Type extends EvaluationScores["type"]> = Extract<EvaluationScores, { type: Type }>;
export type Prediction = Omit<PredictionRow, "task">;

/** Of one class: how many samples have it, and how well it is found. */
export interface ClassRow {
  name: string;
  count: number;
  recall: number;
  precision: number;
  f1: number;
}
export interface Confusion {
  label: string;
  predicted: string;
  count: number;
}

/** What a task leaves: its scores, and the long tables that go to files. */
export interface TaskOutcome {
  scores: EvaluationScores;
  predictions?: Prediction[];
  classes?: (ClassRow | { name: string; count: number; averagePrecision: number })[];
  confusions?: Confusion[];
}
