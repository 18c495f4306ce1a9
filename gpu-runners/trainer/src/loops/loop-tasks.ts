import type { AnyTask } from "@whetstone/runtime";
import { createLoopLearn } from "./loop-learn.ts";
import type { LoopProgram } from "./loop-program.ts";
import { createLoopReduce } from "./loop-reduce.ts";
import { createLoopSample } from "./loop-sample.ts";

/** The three steps every self-training loop is made of; sampling and learning share one warm process. */
export const createLoopTasks = (program: LoopProgram): AnyTask[] => [
  createLoopSample(program),
  createLoopReduce(),
  createLoopLearn(program),
];
