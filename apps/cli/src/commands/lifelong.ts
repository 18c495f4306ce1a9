import type { Command } from "commander";
import { commandGroup } from "../command-group.ts";
import { lifelongComputeCommand } from "./lifelong-compute.ts";
import { lifelongDemoCommand } from "./lifelong-demo.ts";
import { lifelongMatrixCommand } from "./lifelong-matrix.ts";
import { lifelongReportCommand } from "./lifelong-report.ts";
import { lifelongValidateCommand } from "./lifelong-validate.ts";
import { lifelongPushCommand } from "./lifelong-push.ts";
import { lifelongStreamCommand } from "./lifelong-stream.ts";
import { lifelongMetricsCommand } from "./lifelong-metrics.ts";

export const lifelongCommand = (): Command =>
  commandGroup("lifelong", "learners that keep learning", [
    lifelongComputeCommand(),
    lifelongDemoCommand(),
    lifelongMatrixCommand(),
    lifelongReportCommand(),
    lifelongValidateCommand(),
    lifelongPushCommand(),
    lifelongStreamCommand(),
    lifelongMetricsCommand(),
  ]);
