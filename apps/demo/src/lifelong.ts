import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { Stack } from "./stack.ts";

const sharedCifar = resolve(import.meta.dirname, "../../../../shared/data/cifar10");
const shown = ["ACC", "forgetting", "PM"] as const;

const Mean = z.object({ mean: z.number() });
const Lives = z.object({
  rows: z.array(z.object({ scenario: z.string(), learner: z.string(), figures: z.record(z.string(), Mean) })),
  streams: z.array(z.object({ learner: z.string(), streamId: z.string(), rows: z.int() })),
});
export type Lives = z.infer<typeof Lives>;

/** Four learners live through five tasks and feed the API: on CIFAR-10 where it lies beside the repository, else on the demo's own artwork. */
export function liveLifetimes(stack: Stack, { out, archives }: { out: string; archives: string[] }): Promise<Lives> {
  const data = existsSync(sharedCifar) ? [] : ["--archives", ...archives];
  return stack.whetstone(Lives, ["lifelong", "demo", "--seeds", "1", "--push", "--out", out, ...data]);
}

export function formatLives({ rows, streams }: Lives): string {
  const cell = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(2)).padStart(12);
  return [
    "Four learners through five tasks, one seed (ACC and forgetting 0 to 1, PM in points of 100)",
    `${"".padEnd(24)}${shown.map((name) => name.padStart(12)).join("")}`,
    ...rows.map(
      ({ scenario, learner, figures }) =>
        `  ${`${scenario}, ${learner}`.padEnd(22)}${shown.map((name) => cell(figures[name]?.mean)).join("")}`,
    ),
    `  fed into ${streams.length} streams: whetstone lifelong metrics ${streams[0]?.streamId ?? "str_..."}`,
  ].join("\n");
}
