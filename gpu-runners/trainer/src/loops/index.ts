export { createLoopProgram, type LoopProgram } from "./loop-program.ts";
export { createLoopTasks } from "./loop-tasks.ts";
