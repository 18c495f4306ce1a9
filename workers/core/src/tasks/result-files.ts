import { packageFiles } from "@whetstone/schemas/api";
import type {
  EvaluateModelResult,
  IngestArchiveResult,
  LoopLearnResult,
  LoopReduceResult,
  RefineShardResult,
  TaskKind,
} from "@whetstone/schemas/tasks";
import type { z } from "zod";

/** Names of the files a (valid) result promises; its attempt must have uploaded them all. */
export function resultFiles(kind: TaskKind, result: unknown): readonly string[] {
  switch (kind) {
    case "ingest-archive": {
      const { shards, rejects } = result as z.infer<typeof IngestArchiveResult>;
      return [...shards.flatMap(({ shard, base }) => [shard, base]), ...(rejects ? [rejects.file] : [])];
    }
    case "refine-shard": {
      const { refined, rejects } = result as z.infer<typeof RefineShardResult>;
      return [refined.file, ...(rejects ? [rejects.file] : [])];
    }
    case "train-model":
      return packageFiles;
    case "evaluate-model":
      return (result as z.infer<typeof EvaluateModelResult>).files;
    case "loop-sample":
      return ["samples.parquet"];
    case "loop-reduce":
      return (result as z.infer<typeof LoopReduceResult>).files;
    case "loop-learn":
      return (result as z.infer<typeof LoopLearnResult>).files;
    case "noop":
      return [];
  }
}
