import { Command } from "commander";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

export function webhookListCommand(): Command {
  return pageFlags(new Command("list").description("webhooks, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.webhooks.list(flags);
      const rows = page.data.map(({ id, status, url, events }) => [id, status, url, events.join(" ")]);
      output.print(page, formatTable([["WEBHOOK", "STATUS", "URL", "EVENTS"], ...rows]));
    },
  );
}
