import { join } from "node:path";
import { defineTask } from "@whetstone/runtime";
import { z } from "zod";
import type { LoopProgram } from "./loop-program.ts";
import { placeNumbered, placeTask } from "./place-task.ts";
import { placeWeights } from "./place-weights.ts";

const Result = z.object({
  counts: z.record(z.string(), z.number()),
  seconds: z.number(),
  summary: z.record(z.string(), z.unknown()).default({}),
});

/** Draws texts and scores them, by the Python program. */
export function createLoopSample(program: LoopProgram) {
  return defineTask({
    kind: "loop-sample",

    async run(context) {
      const { params, inputs, workDir, signal, progress, write, log } = context;
      const place = (role: string) => placeWeights(role, { context, program });
      const [policy, base, reward] = [await place("policy"), await place("base"), await place("reward")];
      const rows = await placeNumbered(inputs, "rows");
      const output = join(workDir, "samples.parquet");
      const spec = {
        policy: { kind: params.policyKind, folder: policy?.folder },
        base: base ? { kind: params.policyKind, folder: base.folder } : null,
        reward: reward ? { folder: reward.folder } : null,
        task: await placeTask(inputs, params.task),
        rows: rows.length > 0 ? rows : null,
        draw: params.draw,
        score: params.score,
        seed: params.seed,
        shard: params.shard,
        shards: params.shards,
        output,
      };
      const onProgress = (done: number, total: number) => progress(done, total, "samples");
      const result = Result.parse(await program.run({ kind: "sample", spec, signal, onProgress, log }));
      void write("samples.parquet", output);
      const weights = Object.fromEntries(
        Object.entries({ policy, base, reward }).flatMap(([role, placed]) => (placed ? [[role, placed.weights]] : [])),
      );
      return { ...result, weights };
    },
  });
}
