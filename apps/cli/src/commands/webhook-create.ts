import { CreateWebhook } from "@whetstone/schemas/api";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { collect } from "../flags.ts";
import { openSession } from "../session.ts";

interface Flags {
  event: string[];
  description?: string;
}

const types = CreateWebhook.shape.events.element.options;

export function webhookCreateCommand(): Command {
  return new Command("create")
    .description("tell an address of events; its signing secret is printed once")
    .argument("<url>", "https://...")
    .requiredOption("--event <type>", `${types.join(", ")}; may be given again`, collect)
    .option("--description <text>", "what it is for")
    .action(async (url: string, { event, description }: Flags, command: Command) => {
      const body = CreateWebhook.safeParse({ url, events: event, description });
      if (!body.success) throw new CliError(z.prettifyError(body.error), { exitCode: 2 });
      const { api, output } = await openSession(command);
      const webhook = await api.webhooks.create(body.data);
      output.note("keep the secret: it is shown this once");
      output.print(webhook, `webhook ${webhook.id}\nsecret  ${webhook.secret}`);
    });
}
