import type { Command } from "commander";
import { toCount } from "./flags.ts";

export interface PageFlags {
  limit: number;
  after?: string;
}

/** Flags every list takes. */
export function pageFlags(command: Command, limit = 20): Command {
  return command
    .option("--limit <n>", "at most this many (1-100)", toCount, limit)
    .option("--after <id>", "go on after this one");
}
