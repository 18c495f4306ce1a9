import type { Client } from "@whetstone/schemas/client";
import { Command } from "commander";
import { tabulateDeliveries } from "../describe-webhook.ts";
import { openSession } from "../session.ts";

/** The commands that take one id and do one thing with it. */
export function webhookChangeCommands(): Command[] {
  return [
    onId("test", {
      description: "send a webhook.test event",
      argument: "<webhook>",
      act: async (api, id) => {
        const delivery = await api.webhooks.test(id);
        return { value: delivery, text: tabulateDeliveries([delivery]) };
      },
    }),
    onId("redeliver", {
      description: "deliver an event again, such as a dead letter",
      argument: "<delivery>",
      act: async (api, id) => {
        const delivery = await api.webhooks.redeliver(id);
        return { value: delivery, text: tabulateDeliveries([delivery]) };
      },
    }),
    onId("enable", {
      description: "turn one on again that its receiver's 410 had turned off",
      argument: "<webhook>",
      act: async (api, id) => ({ value: await api.webhooks.enable(id), text: `${id} is enabled` }),
    }),
    onId("delete", {
      description: "delete one with its deliveries",
      argument: "<webhook>",
      act: async (api, id) => ({ value: await api.webhooks.delete(id), text: `${id} is deleted` }),
    }),
  ];
}

interface Verb {
  description: string;
  argument: string;
  act(api: Client, id: string): Promise<{ value: unknown; text: string }>;
}

function onId(name: string, { description, argument, act }: Verb): Command {
  return new Command(name)
    .description(description)
    .argument(argument)
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const { value, text } = await act(api, id);
      output.print(value, text);
    });
}
