import { type Client, createClient } from "@whetstone/schemas/client";
import type { Command } from "commander";
import { findProfile } from "./config.ts";
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

/** What most commands start with: the API of the profile in force, and where to print. */
export async function openSession(command: Command): Promise<Session> {
  const flags = command.optsWithGlobals<GlobalFlags>();
  const profile = await findProfile(flags.profile, { env: process.env, cwd: process.cwd() });
  return {
    api: createClient({ baseUrl: profile.url, key: profile.key }),
    output: createOutput(flags),
    url: profile.url,
  };
}
