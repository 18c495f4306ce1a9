import type { Model } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { formatTable } from "../output.ts";
import { openSession } from "../session.ts";
import { formatCount } from "../units.ts";

export function modelShowCommand(): Command {
  return new Command("show")
    .description("a model: where it comes from, its files and figures")
    .argument("<model>", "mdl_...")
    .option("--card", "print the card of its training, as Markdown")
    .action(async (id: string, flags: { card?: true }, command: Command) => {
      const { api, output } = await openSession(command);
      const model = await api.models.get(id);
      if (!flags.card) return output.print(model, describeModel(model));
      const card = await fetchCard(api, model);
      output.print({ id: model.id, card }, card);
    });
}

async function fetchCard(api: Client, model: Model): Promise<string> {
  const { data } = await api.models.files(model.id);
  const file = data.find(({ name }) => name === "card.md");
  if (!file)
    throw new CliError(`model ${model.id} has no card`, {
      hint: model.runId ? "it was trained before cards were written" : "only models trained here have one",
    });
  const response = await fetch(file.url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new CliError(`card.md: the storage answered ${response.status}`, { hint: "try again" });
  return (await response.text()).trimEnd();
}

function describeModel(model: Model): string {
  const facts = formatTable([
    ["model", model.id],
    ["name", `${model.name} ${model.number}`],
    ["parent", model.parentId ?? "none"],
    ["run", model.runId ?? "uploaded"],
    ["version", model.versionId ?? "unknown"],
    ["hash", model.hash],
    ["created", model.createdAt],
  ]);
  const files = formatTable([
    ["FILE", "BYTES"],
    ...model.files.map(({ name, sizeBytes }) => [name, formatCount(sizeBytes)]),
  ]);
  const figures = Object.entries(model.metrics).filter(([, value]) => typeof value === "number");
  if (figures.length === 0) return `${facts}\n\n${files}`;
  return `${facts}\n\n${files}\n\n${formatTable([["METRIC", "VALUE"], ...figures.map(([name, value]) => [name, String(value)])])}`;
}
