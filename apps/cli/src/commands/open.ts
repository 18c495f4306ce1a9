import { Command } from "commander";
import { openSession } from "../session.ts";

export function openCommand(): Command {
  return new Command("open")
    .description("make a link that signs a browser in to the dashboard, once, within 15 minutes")
    .action(async (_flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const link = await api.session.createLink();
      output.print(link, link.url);
    });
}
