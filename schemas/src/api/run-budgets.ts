import { z } from "zod";
import { Currency, Prices, TokenPrices } from "./prices.ts";

export const Money = z.object({ amount: z.number(), currency: Currency });
export type Money = z.infer<typeof Money>;

/** Once a run has spent one of these no more of its tasks is begun. `money` is in the currency of the workspace's prices. */
export const RunBudget = z
  .object({
    runnerSeconds: z.number().positive().max(1e12).optional(),
    tokens: z.int().min(1).optional(),
    money: Money.extend({ amount: z.number().positive().max(1e12) }).optional(),
  })
  .strict()
  .refine((limits) => Object.values(limits).some((limit) => limit !== undefined), {
    message: "name a limit: runnerSeconds, tokens or money",
  })
  .meta({ id: "RunBudget" });
export type RunBudget = z.infer<typeof RunBudget>;

/** The prices a run began with, which it keeps: the runners', and those of the tokens it buys, null where it buys none. */
export const RunPrices = Prices.omit({ models: true }).extend({ tokens: TokenPrices.nullable() });
export type RunPrices = z.infer<typeof RunPrices>;

/** What a run has spent so far, null where nobody knows. */
export const RunSpent = z.object({
  /** Time that runners held tasks of the run, attempts in vain included; a runner's time counts once, however many tasks it holds. */
  runnerSeconds: z.number().nullable(),
  /** Read and written by models, of tasks that were done. */
  tokens: z.int().nullable(),
  /** Null where the workspace had no prices as the run was asked for, or none for its model. */
  money: Money.nullable(),
});
export type RunSpent = z.infer<typeof RunSpent>;
