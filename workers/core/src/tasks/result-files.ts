import { packageFiles } from "@whetstone/schemas/api";
import type {
  EvaluateModelResult,
  IndexSegmentResult,
  IngestArchiveResult,
  LoopLearnResult,
  LoopReduceResult,
  ProfileShardResult,
  RefineShardResult,
  SelectShardResult,
  TaskKind,
} from "@whetstone/schemas/tasks";
import type { z } from "zod";

const modelFiles = ["scores.parquet", "embeddings.f16", "textEmbeddings.f16"];

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
    case "profile-shard": {
      const { hasScores } = result as z.infer<typeof ProfileShardResult>;
      return ["thumbnails.tar", "thumbnails.parquet", ...(hasScores ? modelFiles : [])];
    }
    case "index-segment":
      return (result as z.infer<typeof IndexSegmentResult>).files;
    case "select-shard":
      return (result as z.infer<typeof SelectShardResult>).files.map(({ file }) => file);
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
    case "search-version":
    case "noop":
      return [];
  }
}
