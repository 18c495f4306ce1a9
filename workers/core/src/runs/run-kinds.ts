import type { RunKind } from "@whetstone/schemas/api";
import { evaluateRun } from "./evaluate-run.ts";
import { indexRun } from "./index-run.ts";
import { ingestRun } from "./ingest-run.ts";
import { loopRun } from "./loop-run.ts";
import { noopRun } from "./noop-run.ts";
import { profileRun } from "./profile-run.ts";
import { refineRun } from "./refine-run.ts";
import type { RunKindParts } from "./run-kind.ts";
import { searchRun } from "./search-run.ts";
import { selectRun } from "./select-run.ts";
import { trainRun } from "./train-run.ts";

export const partsOfKind: Record<RunKind, RunKindParts> = {
  ingest: ingestRun,
  refine: refineRun,
  profile: profileRun,
  index: indexRun,
  select: selectRun,
  search: searchRun,
  train: trainRun,
  evaluate: evaluateRun,
  loop: loopRun,
  noop: noopRun,
};
