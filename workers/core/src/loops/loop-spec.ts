import type { CreateLoop, Alarm, GateVerdict, Iteration, Monitors, PolicyKind } from "@whetstone/schemas/api";
import type { Slots } from "@whetstone/schemas/db";
import type { InputFile } from "@whetstone/schemas/tasks";
import type { Step } from "../methods/method.ts";

export interface FinishedStep {
  step: Step;
  status: "succeeded" | "failed";
  summary: Record<string, unknown>;
  /** Of each of its tasks, what it left. */
  outputs: InputFile[][];
  seconds: number;
}

type IterationStatus = Iteration["status"];

/** How an iteration ended, and what it leaves. */
export interface Verdict {
  status: Exclude<IterationStatus, "running" | "rolled-back">;
  decisions: Record<string, unknown>;
  monitors: Monitors | null;
  gate: GateVerdict | null;
  alarms: Alarm[];
  slots: Slots;
}

export interface PastIteration {
  number: number;
  status: IterationStatus;
  /** Iteration whose weights it began with. */
  startsFrom: number;
  steps: readonly FinishedStep[];
  decisions: Record<string, unknown>;
  monitors: Monitors | null;
  alarms: readonly Alarm[];
  slots: Slots;
}

export interface Spent {
  samples: number;
  tokens: number;
  gpuSeconds: number;
  wallSeconds: number;
}

/** What a loop is to do: never changes while it goes on. */
export interface LoopSpec extends Pick<
  CreateLoop,
  "method" | "iterations" | "maxTokens" | "measure" | "gate" | "budget" | "seed" | "shards"
> {
  parameters: Record<string, unknown>;
  policyKind: PolicyKind;
  /** `policy`, and where the request names them `clip` (rewards) and `judge` (only judges). */
  start: Slots;
}

/** All that has happened, from which what comes next follows. */
export interface LoopHistory {
  promoted: number;
  iterations: readonly PastIteration[];
  spent: Spent;
}

export type Move =
  | { kind: "step"; iteration: number; ordinal: number; startsFrom: number; step: Step }
  | { kind: "verdict"; iteration: number; startsFrom: number; verdict: Verdict }
  | { kind: "end"; outcome: "succeeded" | "stopped"; reason: string }
  /** The loop can't go on at all. */
  | { kind: "fail"; code: string; message: string };
