import type { RunKind } from "@whetstone/schemas/api";
import { evaluateRun } from "./evaluate-run.ts";
import { ingestRun } from "./ingest-run.ts";
import { loopRun } from "./loop-run.ts";
import { noopRun } from "./noop-run.ts";
import { refineRun } from "./refine-run.ts";
import type { RunKindParts } from "./run-kind.ts";
import { trainRun } from "./train-run.ts";

export const partsOfKind: Record<RunKind, RunKindParts> = {
  ingest: ingestRun,
  refine: refineRun,
  train: trainRun,
  evaluate: evaluateRun,
  loop: loopRun,
  noop: noopRun,
};
