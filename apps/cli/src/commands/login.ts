import { createInterface } from "node:readline/promises";
import { createClient } from "@whetstone/schemas/client";
import { Command } from "commander";
import { saveProfile } from "../config.ts";
import { CliError } from "../errors.ts";
import { createOutput } from "../output.ts";
import type { GlobalFlags } from "../session.ts";

export function loginCommand(): Command {
  return new Command("login")
    .description(
      "keep the address of an API and a key for it; the key is asked for, or read from a pipe or WHETSTONE_KEY",
    )
    .argument("<url>")
    .action(async (url: string, _flags: unknown, command: Command) => {
      if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
        throw new CliError(`${url} is no http(s) address`, { exitCode: 2 });
      const flags = command.optsWithGlobals<GlobalFlags>();
      const key = process.env["WHETSTONE_KEY"] ?? (await readKey());
      if (key === "") throw new CliError("no key was given", { exitCode: 2 });
      const workspace = await createClient({ baseUrl: url, key, retries: 1 }).workspaces.current();
      const name = flags.profile ?? "default";
      const path = await saveProfile(name, { url, key }, process.env);
      createOutput(flags).print(
        { profile: name, url, workspace },
        `logged in to workspace ${workspace.name}; profile ${name} is in ${path}`,
      );
    });
}

/** A line of stdin; what is typed on a terminal is not shown. */
async function readKey(): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    let text = "";
    for await (const chunk of stdin.setEncoding("utf8")) text += chunk;
    return text.trim();
  }
  stderr.write("key: ");
  const lines = createInterface({ input: stdin, terminal: true });
  const answer = await lines.question("");
  lines.close();
  stderr.write("\n");
  return answer.trim();
}
