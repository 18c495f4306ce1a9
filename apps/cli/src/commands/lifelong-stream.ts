import type { Block, Lifetime, Stream } from "@whetstone/schemas/api";
import { Command } from "commander";
import { collect } from "../flags.ts";
import { formatTable } from "../output.ts";
import { pageFlags, type PageFlags } from "../page-flags.ts";
import { openSession } from "../session.ts";
import { formatBytes, formatCount } from "../units.ts";

/** `whetstone lifelong stream list|show|create|delete`. */
export function lifelongStreamCommand(): Command {
  const parent = new Command("stream").description("scenarios with their lifetimes");
  for (const member of [listCommand(), showCommand(), createCommand(), deleteCommand()]) parent.addCommand(member);
  return parent;
}

function listCommand(): Command {
  return pageFlags(new Command("list").description("streams, newest first")).action(
    async (flags: PageFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const page = await api.streams.list(flags);
      output.print(page, tabulateStreams(page.data));
    },
  );
}

function showCommand(): Command {
  return new Command("show")
    .description("a stream with its lifetimes, or the blocks of one of them")
    .argument("<stream>")
    .option("--lifetime <name>", "show this lifetime's blocks")
    .action(async (id: string, flags: { lifetime?: string }, command: Command) => {
      const { api, output } = await openSession(command);
      if (flags.lifetime !== undefined) {
        const blocks = await api.streams.blocks(id, { lifetime: flags.lifetime, limit: 100 });
        return output.print(blocks, tabulateBlocks(blocks.data));
      }
      const [stream, lifetimes] = await Promise.all([api.streams.get(id), api.streams.lifetimes(id, { limit: 100 })]);
      output.print(
        { ...stream, lifetimes: lifetimes.data },
        `${tabulateStreams([stream])}\n\n${tabulateLifetimes(lifetimes.data)}`,
      );
    });
}

interface CreateFlags {
  measure: string[];
  scenario?: string;
  expertsOf?: string[];
}

function createCommand(): Command {
  return new Command("create")
    .description("an empty stream")
    .argument("<name>")
    .requiredOption("--measure <column>", "a column learners are measured by; may be repeated", collect)
    .option("--scenario <type>", "condensed, dispersed, permuted, alternating, ste or custom")
    .option("--experts-of <stream>", "use this stream's experts too; may be repeated", collect)
    .action(async (name: string, flags: CreateFlags, command: Command) => {
      const { api, output } = await openSession(command);
      const stream = await api.streams.create({
        name,
        metricsColumns: flags.measure,
        scenario: { scenarioType: (flags.scenario ?? null) as Stream["scenario"]["scenarioType"] },
        expertStreamIds: flags.expertsOf ?? [],
      });
      output.print(stream, `stream ${stream.id}`);
    });
}

function deleteCommand(): Command {
  return new Command("delete")
    .description("delete a stream with all its lifetimes, for good; reports made of it stay")
    .argument("<stream>")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      const stream = await api.streams.delete(id);
      output.print(stream, `deleted ${stream.id} with ${formatCount(stream.rowCount)} experiences`);
    });
}

function tabulateStreams(streams: readonly Stream[]): string {
  return formatTable([
    ["STREAM", "NAME", "SCENARIO", "MEASURES", "LIFETIMES", "ROWS", "CREATED"],
    ...streams.map((stream) => [
      stream.id,
      stream.name,
      stream.scenario.scenarioType ?? "",
      stream.metricsColumns.join(","),
      String(stream.lifetimeCount),
      formatCount(stream.rowCount),
      stream.createdAt,
    ]),
  ]);
}

function tabulateLifetimes(lifetimes: readonly Lifetime[]): string {
  return formatTable([
    ["LIFETIME", "NAME", "ROLE", "ROWS", "COLUMNS", "CREATED"],
    ...lifetimes.map(({ id, name, role, rowCount, columns, createdAt }) => [
      id,
      name,
      role,
      formatCount(rowCount),
      columns.join(","),
      createdAt,
    ]),
  ]);
}

function tabulateBlocks(blocks: readonly Block[]): string {
  return formatTable([
    ["BLOCK", "TYPE", "STATUS", "ROWS", "EXPERIENCES", "TASKS", "PARQUET"],
    ...blocks.map((block) => [
      String(block.blockNum),
      block.blockType,
      block.status,
      formatCount(block.rowCount),
      `${block.firstExpNum}-${block.lastExpNum}`,
      block.taskNames.join(","),
      formatBytes(block.sizeBytes),
    ]),
  ]);
}
