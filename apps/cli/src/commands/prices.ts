import { readFile } from "node:fs/promises";
import { Prices } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { commandGroup } from "../command-group.ts";
import { CliError } from "../errors.ts";
import { formatTable } from "../output.ts";
import { openSession } from "../session.ts";
import { formatMoney } from "../units.ts";

/** `whetstone prices show|set|delete`. */
export const pricesCommand = (): Command =>
  commandGroup("prices", "what runners and tokens cost the workspace", [showCommand(), setCommand(), deleteCommand()]);

function showCommand(): Command {
  return new Command("show").description("the prices there are").action(async (_flags: unknown, command: Command) => {
    const { api, output } = await openSession(command);
    const { prices } = await api.prices.get();
    output.print(prices, describe(prices));
  });
}

function setCommand(): Command {
  return new Command("set")
    .description("replace the prices; runs that are there keep those they began with")
    .argument("<file>", "JSON as PUT /v1/prices takes it, or - for standard input")
    .action(async (file: string, _flags: unknown, command: Command) => {
      const body = Prices.safeParse(await readJson(file));
      if (!body.success) throw new CliError(`${file} holds no prices: ${z.prettifyError(body.error)}`, { exitCode: 2 });
      const { api, output } = await openSession(command);
      const { prices } = await api.prices.replace(body.data);
      output.print(prices, describe(prices));
    });
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("have no prices any more: runs from now on tell time and tokens, no money")
    .action(async (_flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const { prices } = await api.prices.delete();
      output.print(prices, describe(prices));
    });
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file === "-" ? "/dev/stdin" : file, "utf8").catch((cause: unknown) => {
    throw new CliError(`${file} can't be read`, { cause, exitCode: 2 });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${file} is not JSON: ${String(cause)}`, { exitCode: 2 });
  }
}

function describe(prices: Prices | null): string {
  if (prices === null) return "no prices: runs tell time and tokens, no money";
  const { currency, runnerHour, labels, models } = prices;
  const say = (amount: number): string => formatMoney({ amount, currency });
  return formatTable([
    ["WHAT", "PRICE"],
    ...labels.map((one) => [`hour of a runner with label ${one.label}`, say(one.runnerHour)]),
    [`hour of ${labels.length > 0 ? "any other" : "a"} runner`, say(runnerHour)],
    ...models.map((one) => [
      `million tokens of ${one.model} at ${one.baseUrl}`,
      `${say(one.millionPromptTokens)} read, ${say(one.millionCompletionTokens)} written`,
    ]),
  ]);
}
