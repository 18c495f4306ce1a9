import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { sampleShowCommand } from "./sample-show.ts";

export const sampleCommand = (): Command => commandGroup("sample", "one image with its texts", [sampleShowCommand()]);
