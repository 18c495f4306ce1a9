import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerMain } from "@whetstone/runtime";
import { createRefineShard } from "./refine-shard.ts";

const folderOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const { WHETSTONE_CACHE_DIR, WHETSTONE_CACHE_BYTES, WHETSTONE_MODELS_DIR, WHETSTONE_ALLOW_PRIVATE_ENDPOINTS } =
  process.env;

await runnerMain({
  name: "refiner",
  tasks: [
    createRefineShard({
      cacheDir: join(WHETSTONE_CACHE_DIR ?? join(homedir(), ".cache", "whetstone"), "refinements"),
      cacheBytes: Number(WHETSTONE_CACHE_BYTES ?? 512 * 1024 ** 2),
      modelsDir: WHETSTONE_MODELS_DIR ?? folderOf("models"),
      promptsDir: folderOf("prompts"),
      allowPrivateAddresses: WHETSTONE_ALLOW_PRIVATE_ENDPOINTS === "1",
    }),
  ],
});
