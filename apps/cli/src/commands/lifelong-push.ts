import { Command } from "commander";
import { CliError } from "../errors.ts";
import { openSession } from "../session.ts";
import type { Pushed } from "../streams/push-log.ts";

interface Flags {
  stream?: string;
  name?: string;
  lifetime?: string;
  experts?: string;
}

export function lifelongPushCommand(): Command {
  return new Command("push")
    .description(
      "send logs of l2logger to a stream, each folder as one lifetime; pushing again adds only what is missing",
    )
    .argument("<logdir...>", "folders with logger_info.json and data-log.tsv files below")
    .option("--stream <id>", "add to this stream (default: a new one, as scenario_info.json describes it)")
    .option("--name <name>", "of a new stream (default: the first folder's)")
    .option("--lifetime <name>", "of a single folder's lifetime (default: the folder's name)")
    .option("--experts <dir>", "a folder of log folders, each a run of a single-task expert")
    .action((folders: string[], flags: Flags, command: Command) => push({ folders, flags, command }));
}

async function push({ folders, flags, command }: { folders: string[]; flags: Flags; command: Command }): Promise<void> {
  if (flags.lifetime !== undefined && folders.length > 1)
    throw new CliError("--lifetime names one lifetime; give it with a single folder", { exitCode: 2 });
  const { api, output } = await openSession(command);
  const { pushFolders } = await import("../streams/push-folders.ts");
  const { stream, pushed } = await pushFolders(api, { folders, ...flags });
  output.print({ stream: stream.id, lifetimes: pushed }, [`stream ${stream.id}`, ...pushed.map(describe)].join("\n"));
  const failed = pushed.flatMap(({ failures }) => failures).length;
  if (failed > 0)
    throw new CliError(`${failed} files were refused, at least in part; all others are in`, {
      hint: "mend them and push the same folders again with --stream; what is in stays as it is",
    });
}

function describe({ lifetime, role, addedRows, knownRows, failures }: Pushed): string {
  const known = knownRows > 0 ? `, ${knownRows} were there` : "";
  const refused = failures.map(({ file, message }) => `\n  refused ${file}\n    ${message}`);
  return `${role} ${lifetime}: ${addedRows} rows added${known}${refused.join("")}`;
}
