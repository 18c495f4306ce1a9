import { writeFile } from "node:fs/promises";
import type { Evaluation } from "@whetstone/schemas/api";
import { Command } from "commander";
import { describeComparison, describeEvaluation } from "../describe-evaluation.ts";
import { toCount } from "../flags.ts";
import { openSession, type Session } from "../session.ts";

export interface ReportFlags {
  csv?: true;
  html?: string;
}

export function reportFlags(command: Command): Command {
  return command
    .option("--csv", "print the figures as CSV instead of a table")
    .option("--html <file>", "also write the results as one page");
}

/** Prints an evaluation in the form asked for. */
export async function printEvaluation(
  { api, output }: Session,
  evaluation: Evaluation,
  { csv, html }: ReportFlags,
): Promise<void> {
  if (html !== undefined) {
    await writeFile(html, await api.evaluations.results(evaluation.id, "html"));
    output.note(`wrote ${html}`);
  }
  const text = csv ? (await api.evaluations.results(evaluation.id, "csv")).trimEnd() : describeEvaluation(evaluation);
  output.print(evaluation, text);
}

export function evaluateShowCommand(): Command {
  return reportFlags(
    new Command("show").description("results of an evaluation").argument("<evaluation>", "eval_..."),
  ).action(async (id: string, _flags: unknown, command: Command) => {
    const session = await openSession(command);
    await printEvaluation(session, await session.api.evaluations.get(id), command.optsWithGlobals<ReportFlags>());
  });
}

export function evaluateCompareCommand(): Command {
  return new Command("compare")
    .description("paired tests between up to ten evaluations on the same samples")
    .argument("<evaluations...>", "eval_... eval_...")
    .action(async (ids: string[], _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const comparison = await api.evaluations.compare(ids);
      output.print(comparison, describeComparison(comparison));
    });
}

export function evaluateShareCommand(): Command {
  return new Command("share")
    .description("make a link that shows an evaluation to whoever has it")
    .argument("<evaluation>", "eval_...")
    .option("--days <n>", "how long it lasts", toCount, 30)
    .action(async (id: string, { days }: { days: number }, command: Command) => {
      const { api, output } = await openSession(command);
      const share = await api.evaluations.share(id, { expiresInDays: days });
      output.note(`it lasts until ${share.expiresAt}; revoke it with: whetstone evaluate unshare ${share.id}`);
      output.print(share, share.url);
    });
}

export function evaluateUnshareCommand(): Command {
  return new Command("unshare")
    .description("revoke a link")
    .argument("<share>", "shr_...")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      output.print(await api.evaluations.revokeShare(id), `${id} is revoked`);
    });
}
