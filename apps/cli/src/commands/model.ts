import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { modelListCommand } from "./model-list.ts";
import { modelShowCommand } from "./model-show.ts";
import { modelPullCommand } from "./model-pull.ts";
import { modelPushCommand } from "./model-push.ts";

export const modelCommand = (): Command =>
  commandGroup("model", "model packages", [
    modelListCommand(),
    modelShowCommand(),
    modelPullCommand(),
    modelPushCommand(),
  ]);
