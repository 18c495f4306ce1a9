export {
  type AnyTask,
  defineTask,
  type TaskContext,
  type TaskDefinition,
  type TaskParams,
  type TaskResult,
} from "./define-task.ts";
export { CallFailure, createEndpoint, type Endpoint } from "./endpoint.ts";
export { type Fate, TaskError } from "./errors.ts";
export { hashFile } from "./hash-file.ts";
export type { TaskInputs } from "./inputs.ts";
export { createLayerWriter, readLayer, readLayerRows } from "./layers.ts";
export { createLimit, type Limit } from "./limit.ts";
export { createLog, type Log } from "./log.ts";
export { jitteredDelayMs, retry } from "./retry.ts";
export { runnerMain } from "./runner-main.ts";
export { createShardWriter, openShard, tarMemberBytes } from "./shards.ts";
export { type Runner, type RunnerOptions, startRunner } from "./start-runner.ts";
