import { homedir } from "node:os";
import { join } from "node:path";
import { runnerMain } from "@whetstone/runtime";
import { z } from "zod";
import { openEmbeddingCache } from "./embedding-cache.ts";
import { createEvaluateModel } from "./evaluate-model.ts";
import { indexSegment } from "./index-segment.ts";
import { ingestArchive } from "./ingest-archive.ts";
import { noop } from "./noop.ts";
import { createProfileShard } from "./profile-shard.ts";
import { createSearchVersion } from "./search-version.ts";
import { selectShard } from "./select-shard.ts";

const Settings = z.object({
  /** Embeddings already made are kept below this folder. */
  WHETSTONE_CACHE_DIR: z
    .string()
    .min(1)
    .default(join(homedir(), ".cache", "whetstone")),
  WHETSTONE_EMBEDDING_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(2 * 1024 ** 3),
  WHETSTONE_ALLOW_PRIVATE_ENDPOINTS: z.enum(["0", "1"]).default("0"),
});
const settings = Settings.safeParse(process.env);
if (!settings.success) {
  process.stderr.write(`${z.prettifyError(settings.error)}\n`);
  process.exit(2);
}
const {
  WHETSTONE_CACHE_DIR: cacheDir,
  WHETSTONE_EMBEDDING_CACHE_BYTES: cacheBytes,
  WHETSTONE_ALLOW_PRIVATE_ENDPOINTS: allowPrivate,
} = settings.data;
const models = {
  cache: openEmbeddingCache(join(cacheDir, "embeddings"), cacheBytes),
  allowPrivateAddresses: allowPrivate === "1",
};

await runnerMain({
  name: "vision",
  tasks: [
    ingestArchive,
    createProfileShard(models),
    indexSegment,
    selectShard,
    createSearchVersion(models),
    createEvaluateModel(models),
    noop,
  ],
});
