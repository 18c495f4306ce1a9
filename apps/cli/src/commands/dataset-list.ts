import { Command } from "commander";
import { tabulateDatasets } from "../describe-dataset.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

export function datasetListCommand(): Command {
  return pageFlags(new Command("list").description("datasets, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.datasets.list(flags);
      output.print(page, tabulateDatasets(page.data));
    },
  );
}
