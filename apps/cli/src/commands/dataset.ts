import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { datasetPushCommand } from "./dataset-push.ts";
import { datasetListCommand } from "./dataset-list.ts";
import { datasetShowCommand } from "./dataset-show.ts";

export const datasetCommand = (): Command =>
  commandGroup("dataset", "data to learn from", [datasetPushCommand(), datasetListCommand(), datasetShowCommand()]);
