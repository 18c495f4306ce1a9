import { Run, type RunEvent, settledRunStatuses } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { describeCost } from "./describe-cost.ts";
import { CliError } from "./errors.ts";
import type { Output } from "./output.ts";
import { createProgressBar } from "./progress.ts";

export interface WatchOptions {
  api: Client;
  output: Output;
  /** With --json: each event as it comes. */
  onEvent?: (event: RunEvent) => void;
}

/** Follows a run until it settles and answers how it ended. Ctrl-C stops the watching, not the run. */
export async function watchRun(run: Run, { api, output, onEvent }: WatchOptions): Promise<Run> {
  if (settledRunStatuses.includes(run.status)) return run;
  const leave = (): never => {
    bar.end();
    output.note(`${run.kind} run ${run.id} goes on; watch it again with: whetstone run watch ${run.id}`);
    process.exit(130);
  };
  const bar = createProgressBar(`${run.kind} ${run.id.slice(0, 12)}`);
  const show = (now: Run): void => bar.update({ ...now.progress, cost: describeCost(now) });
  show(run);
  process.once("SIGINT", leave);
  try {
    for await (const event of api.runs.events(run.id)) {
      onEvent?.(event);
      if (event.type === "run.progress") show(Run.parse(event.data));
      if (event.type === "task.alarm")
        output.note(`\nalarm at step ${String(event.data["step"])}: ${String(event.data["message"])}`);
      if (event.type === "task.retried" || event.type === "task.failed")
        output.note(`\n${event.type}: ${JSON.stringify(event.data)}`);
    }
  } finally {
    process.removeListener("SIGINT", leave);
  }
  const settled = await api.runs.get(run.id);
  show(settled);
  bar.end();
  return settled;
}

/** The run if it succeeded; a failure that says why otherwise. */
export function expectSuccess(run: Run): Run {
  if (run.status === "succeeded") return run;
  const why = run.error ? `: ${run.error.code}: ${run.error.message}` : "";
  throw new CliError(`${run.kind} run ${run.id} ${run.status === "cancelled" ? "was cancelled" : "failed"}${why}`, {
    hint: `whetstone run show ${run.id}`,
  });
}
