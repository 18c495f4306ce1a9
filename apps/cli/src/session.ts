import type { Client } from "@whetstone/schemas/client";
import type { Command } from "commander";
import { createOutput, type Output } from "./output.ts";

export interface GlobalFlags {
  json?: true;
  profile?: string;
}

export interface Session {
  api: Client;
  output: Output;
  url: string;
}

/** What most commands start with: the API of the profile in force, and where to print. Loads the client only here: most of its time to start. */
export async function openSession(command: Command): Promise<Session> {
  const flags = command.optsWithGlobals<GlobalFlags>();
  const [{ createClient }, { findProfile }] = await Promise.all([
    import("@whetstone/schemas/client"),
    import("./config.ts"),
  ]);
  const profile = await findProfile(flags.profile, { env: process.env, cwd: process.cwd() });
  return {
    api: createClient({ baseUrl: profile.url, key: profile.key }),
    output: createOutput(flags),
    url: profile.url,
  };
}
