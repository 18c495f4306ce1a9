import { z } from "zod";
import { Money } from "./run-budgets.ts";
import { RunKind } from "./runs.ts";

export const UsageQuery = z.object({
  days: z.coerce.number().int().min(1).max(366).default(30).meta({ description: "so many days back, today included" }),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

/** What a workspace's runs of one kind did, by the day (UTC) they were asked for. Runs count once they have ended. */
export const UsageDay = z.object({
  day: z.iso.date(),
  kind: RunKind,
  runs: z.int(),
  runSeconds: z.number().meta({ description: "from each run's start to its end" }),
  runnerSeconds: z.number().meta({ description: "of the runs whose runner time is known" }),
  money: z.array(Money).meta({ description: "of the runs that had prices, one sum a currency" }),
  runsWithoutPrices: z.int().meta({ description: "runs that money knows nothing of" }),
  succeededTasks: z.int(),
  failedTasks: z.int(),
  counts: z
    .record(z.string(), z.number())
    .meta({ description: "sums of the runs' counts: samples, rejects, tokens ..." }),
});
export type UsageDay = z.infer<typeof UsageDay>;

export const Usage = z
  .object({ object: z.literal("list"), from: z.iso.date(), to: z.iso.date(), data: z.array(UsageDay) })
  .meta({ id: "Usage" });
export type Usage = z.infer<typeof Usage>;
