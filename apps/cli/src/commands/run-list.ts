import { Command } from "commander";
import { tabulateRuns } from "../describe-run.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

export function runListCommand(): Command {
  return pageFlags(new Command("list").description("runs, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.runs.list(flags);
      output.print(page, tabulateRuns(page.data));
    },
  );
}
