import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { runStartCommand } from "./run-start.ts";
import { runWatchCommand } from "./run-watch.ts";
import { runCancelCommand } from "./run-cancel.ts";
import { runListCommand } from "./run-list.ts";
import { runRetryCommand } from "./run-retry.ts";
import { runShowCommand } from "./run-show.ts";

export const runCommand = (): Command =>
  commandGroup("run", "pieces of work", [
    runStartCommand(),
    runWatchCommand(),
    runCancelCommand(),
    runRetryCommand(),
    runListCommand(),
    runShowCommand(),
  ]);
