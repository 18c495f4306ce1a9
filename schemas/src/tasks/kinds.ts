/** What a runner can be asked to do. */
export const taskKinds = [
  "ingest-archive",
  "refine-shard",
  "profile-shard",
  "index-segment",
  "select-shard",
  "search-version",
  "train-model",
  "evaluate-model",
  "loop-sample",
  "loop-reduce",
  "loop-learn",
  "noop",
] as const;
export type TaskKind = (typeof taskKinds)[number];
