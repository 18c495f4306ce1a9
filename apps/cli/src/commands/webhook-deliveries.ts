import { DeliveryStatus } from "@whetstone/schemas/api";
import { Command, Option } from "commander";
import type { z } from "zod";
import { tabulateDeliveries } from "../describe-webhook.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";

interface Flags extends PageFlags {
  webhook?: string;
  status?: z.infer<typeof DeliveryStatus>;
}

export function webhookDeliveriesCommand(): Command {
  return pageFlags(new Command("deliveries").description("events sent, newest first"))
    .option("--webhook <id>", "only to this one")
    .addOption(
      new Option("--status <status>", "dead ones are those no try brought across").choices(DeliveryStatus.options),
    )
    .action(async ({ webhook, ...flags }: Flags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.webhooks.deliveries({ ...flags, ...(webhook ? { webhookId: webhook } : {}) });
      output.print(page, tabulateDeliveries(page.data));
    });
}
