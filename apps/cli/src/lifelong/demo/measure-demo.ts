import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ExpertLog, type Interval, intervalOverLifetimes } from "@whetstone/core/lifelong";
import { type AccuracyMatrix, measureMatrix } from "@whetstone/core/lifelong/matrix";
import { LifelongOptions } from "@whetstone/schemas/api";
import { z } from "zod";
import { loadExperts, measureLog } from "../load-lifetime.ts";

/** `lifetimes.json` of the learners' program. Row 0 of a matrix is before any learning, row i after learning block i. */
export const Lifetimes = z.object({
  protocol: z.string(),
  lifetimes: z.array(
    z.object({
      name: z.string(),
      learner: z.string(),
      scenario: z.string(),
      seed: z.int(),
      tasks: z.array(z.string()),
      learned: z.array(z.string()),
      matrix: z.array(z.array(z.number())),
    }),
  ),
});
type Lifetime = z.infer<typeof Lifetimes>["lifetimes"][number];

export const figures = ["ACC", "BWT", "forgetting", "PM", "FT", "BT", "RP", "SE", "PR"] as const;
export type Figure = (typeof figures)[number];

export interface Mean {
  mean: number;
  interval: Interval | null;
  count: number;
}

export interface Demo {
  protocol: string;
  rows: { scenario: string; learner: string; seeds: number; figures: Partial<Record<Figure, Mean>> }[];
}

/** A row a learner and scenario: means over the seeds, with intervals where there are three or more. */
export async function measureDemo(folder: string): Promise<Demo> {
  const { protocol, lifetimes } = Lifetimes.parse(JSON.parse(await readFile(join(folder, "lifetimes.json"), "utf8")));
  const options = LifelongOptions.parse({ perfMeasure: "accuracy" });
  const experts = await loadExperts(join(folder, "experts"), { options, skipsBadRows: false });
  const groups = Map.groupBy(lifetimes, ({ scenario, learner }) => `${scenario} ${learner}`);
  const rows: Demo["rows"] = [];
  for (const group of groups.values()) {
    const measured: Values[] = [];
    for (const lifetime of group)
      measured.push({ ...(await fromLog(folder, lifetime, { options, experts })), ...fromMatrix(lifetime) });
    const [{ scenario, learner }] = group as [Lifetime];
    const means = figures.flatMap((name): [Figure, Mean][] => {
      const values = measured.flatMap((each) => (Number.isFinite(each[name]) ? [each[name] as number] : []));
      return values.length > 0 ? [[name, toMean(values)]] : [];
    });
    rows.push({ scenario, learner, seeds: group.length, figures: Object.fromEntries(means) });
  }
  return { protocol, rows: rows.toSorted((a, b) => a.scenario.localeCompare(b.scenario)) };
}

type Values = Partial<Record<Figure, number | null>>;

/** The metrics of l2metrics, from the log alone, with the experts of the lifetime's own seed. */
async function fromLog(
  folder: string,
  { name, seed }: Lifetime,
  { options, experts }: { options: LifelongOptions; experts: readonly ExpertLog[] },
): Promise<Values> {
  const own = experts.filter((expert) => expert.name.endsWith(`-seed${seed}`));
  const { result } = await measureLog(join(folder, "logs", name), {
    options,
    experts: own,
    skipsBadRows: false,
    bootstrap: 0,
  });
  const { lifetime } = result;
  return {
    PM: lifetime.perf_maintenance_mrlep ?? null,
    FT: lifetime.forward_transfer_ratio ?? null,
    BT: lifetime.backward_transfer_ratio ?? null,
    RP: lifetime.ste_rel_perf ?? null,
    SE: lifetime.sample_efficiency ?? null,
    PR: lifetime.perf_recovery ?? null,
  };
}

function fromMatrix(lifetime: Lifetime): Values {
  const metrics = measureMatrix(toAccuracyMatrix(lifetime));
  const of = (suite: string, name: string): number | null =>
    metrics.find((metric) => metric.suite === suite && metric.name === name)?.value ?? null;
  return {
    ACC: of("GEM (paper)", "ACC"),
    BWT: of("GEM (paper)", "BWT"),
    forgetting: of("Chaudhry 2018 (RWalk), maximum from step j on", "forgetting"),
  };
}

/** The last round of tasks, columns in the order learned: in a condensed scenario that is the whole lifetime. */
export function toAccuracyMatrix({ tasks, learned, matrix }: Omit<Lifetime, "name" | "learner">): AccuracyMatrix {
  const order = learned.slice(-tasks.length).map((task) => tasks.indexOf(task));
  const permute = (row: readonly number[] | undefined): number[] => order.map((j) => row?.[j] ?? Number.NaN);
  const scores = matrix.slice(-tasks.length).map(permute);
  return { tasks: order.map((j) => tasks[j] ?? ""), scores, baseline: permute(matrix.at(-tasks.length - 1)) };
}

function toMean(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, interval: intervalOverLifetimes(values) ?? null, count: values.length };
}
