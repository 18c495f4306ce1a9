import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { createOutput } from "../output.ts";
import type { GlobalFlags } from "../session.ts";
import { readHolder } from "../stack/lock.ts";

const limitMs = 20_000;

export function downCommand(): Command {
  return new Command("down")
    .description("stop the stack that runs on a data folder; the data stays")
    .option("--data <folder>", "its data folder", ".whetstone")
    .action(async (flags: { data: string }, command: Command) => {
      const output = createOutput(command.optsWithGlobals<GlobalFlags>());
      const lockPath = join(resolve(flags.data), "lock");
      const pid = await readHolder(lockPath);
      if (pid === undefined) return output.print({ stopped: false }, `no stack runs on ${flags.data}`);
      process.kill(pid, "SIGTERM");
      for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(100)) {
        if ((await readHolder(lockPath)) === undefined)
          return output.print({ stopped: true, pid }, "stopped; the data is kept");
      }
      throw new CliError(`process ${pid} has not stopped after ${limitMs / 1000} s`, {
        hint: `kill -9 ${pid}; the next \`whetstone up\` ends what it leaves behind`,
      });
    });
}
