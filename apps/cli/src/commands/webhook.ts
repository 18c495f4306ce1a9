import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { webhookChangeCommands } from "./webhook-change.ts";
import { webhookCreateCommand } from "./webhook-create.ts";
import { webhookDeliveriesCommand } from "./webhook-deliveries.ts";
import { webhookListCommand } from "./webhook-list.ts";

export const webhookCommand = (): Command =>
  commandGroup("webhook", "addresses that are told of events", [
    webhookCreateCommand(),
    webhookListCommand(),
    webhookDeliveriesCommand(),
    ...webhookChangeCommands(),
  ]);
