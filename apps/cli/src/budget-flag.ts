import { RunBudget } from "@whetstone/schemas/api";
import type { Command } from "commander";
import { z } from "zod";
import { CliError } from "./errors.ts";
import { collect, toValue } from "./flags.ts";

export interface BudgetFlag {
  budget?: string[];
}

/** The flag of every command that starts a run. */
export const budgetFlag = (command: Command): Command =>
  command.option(
    "--budget <name=value>",
    "where the run stops: tokens=100000, runnerSeconds=3600, money=5EUR; may be given again",
    collect,
  );

/** The limits that were given, as the API takes them; nothing where there are none. */
export function toBudget({ budget = [] }: BudgetFlag): { budget?: RunBudget } {
  if (budget.length === 0) return {};
  const parsed = RunBudget.safeParse(toLimits(budget));
  if (parsed.success) return { budget: parsed.data };
  throw new CliError(`--budget makes no budget: ${z.prettifyError(parsed.error)}`, { exitCode: 2 });
}

/** `<name>=<value>` pairs; of what they mean nothing is known here. */
export const toLimits = (pairs: readonly string[]): Record<string, unknown> => Object.fromEntries(pairs.map(toLimit));

function toLimit(pair: string): [string, unknown] {
  const [, name, value] = /^([a-zA-Z]+)=(.+)$/.exec(pair) ?? [];
  if (name === undefined || value === undefined)
    throw new CliError(`--budget ${pair}: write <name>=<value>`, { exitCode: 2 });
  if (name !== "money" || value.startsWith("{")) return [name, toValue(value)];
  const [, amount, currency] = /^(\d+(?:\.\d+)?) ?([A-Za-z]{3})$/.exec(value) ?? [];
  if (currency === undefined)
    throw new CliError(`--budget ${pair}: write an amount with its currency, money=5EUR`, { exitCode: 2 });
  return [name, { amount: Number(amount), currency: currency.toUpperCase() }];
}
