import type { UsageDay } from "@whetstone/schemas/api";
import { Command } from "commander";
import { toCount } from "../flags.ts";
import { formatTable } from "../output.ts";
import { openSession } from "../session.ts";
import { formatCount, formatMoney, formatSeconds } from "../units.ts";

export function usageCommand(): Command {
  return new Command("usage")
    .description("what ended runs did and cost, by day and kind")
    .option("--days <n>", "so many days back, today included", toCount, 30)
    .action(async ({ days }: { days: number }, command: Command) => {
      const { api, output } = await openSession(command);
      const usage = await api.usage.get(days);
      output.print(usage, tabulate(usage.data));
    });
}

function tabulate(days: readonly UsageDay[]): string {
  const rows = days.map((day) => [
    day.day,
    day.kind,
    formatCount(day.runs),
    formatSeconds(day.runSeconds),
    formatSeconds(day.runnerSeconds),
    formatCount(day.succeededTasks),
    formatCount(day.failedTasks),
    describeMoney(day),
  ]);
  return formatTable([["DAY", "KIND", "RUNS", "RUN TIME", "RUNNER TIME", "TASKS", "FAILED", "MONEY"], ...rows]);
}

function describeMoney({ money, runs, runsWithoutPrices }: UsageDay): string {
  if (money.length === 0) return "–";
  const rest = runsWithoutPrices > 0 ? ` (${runsWithoutPrices} of ${runs} runs had no prices)` : "";
  return money.map(formatMoney).join(" + ") + rest;
}
