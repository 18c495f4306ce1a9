import type { Loop, RunEvent } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import type { Output } from "../output.ts";
import { tabulateIterations } from "./describe-loop.ts";

/** Follows a loop until it ends: each step as it begins, each iteration as it ends. */
export async function watchLoop(loop: Loop, { api, output }: { api: Client; output: Output }): Promise<Loop> {
  for await (const event of api.runs.events(loop.runId)) {
    if (output.isJson) output.print(event, "");
    else await tell(event, { loop, api, output });
  }
  return api.loops.get(loop.id);
}

async function tell(
  event: RunEvent,
  { loop, api, output }: { loop: Loop; api: Client; output: Output },
): Promise<void> {
  const { iteration, step } = event.data;
  if (event.type === "step.started") output.note(`iteration ${Number(iteration)}: ${String(step)}`);
  if (event.type === "task.failed" || event.type === "task.retried")
    output.note(`${event.type}: ${JSON.stringify(event.data)}`);
  if (event.type !== "iteration.finished") return;
  const turn = await api.loops.iteration(loop.id, Number(iteration));
  output.note(tabulateIterations([turn]));
  const refused = turn.gate?.checks.filter(({ passed }) => !passed) ?? [];
  for (const { sentence } of refused) output.note(`  not let in: ${sentence}`);
  for (const { code, sentence } of turn.alarms) output.note(`  ${code}: ${sentence}`);
}
