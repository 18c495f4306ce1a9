import { Command } from "commander";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

export function modelListCommand(): Command {
  return pageFlags(new Command("list").description("models, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.models.list(flags);
      const rows = page.data.map((model) => [
        model.id,
        model.name,
        String(model.number),
        model.runId ?? "uploaded",
        model.createdAt,
      ]);
      output.print(page, formatTable([["MODEL", "NAME", "NUMBER", "RUN", "CREATED"], ...rows]));
    },
  );
}
