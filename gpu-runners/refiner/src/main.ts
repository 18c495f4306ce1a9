import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerMain } from "@whetstone/runtime";
import { z } from "zod";
import { createRefineShard } from "./refine-shard.ts";

const folderOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const Settings = z.object({
  /** Refinements already paid for are kept below this folder. */
  WHETSTONE_CACHE_DIR: z
    .string()
    .min(1)
    .default(join(homedir(), ".cache", "whetstone")),
  WHETSTONE_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(512 * 1024 ** 2),
  WHETSTONE_MODELS_DIR: z.string().min(1).default(folderOf("models")),
  WHETSTONE_ALLOW_PRIVATE_ENDPOINTS: z.enum(["0", "1"]).default("0"),
});
const parsed = Settings.safeParse(process.env);
if (!parsed.success) {
  for (const issue of parsed.error.issues) process.stderr.write(`${issue.path.join(".")}: ${issue.message}\n`);
  process.exit(2);
}
const settings = parsed.data;

await runnerMain({
  name: "refiner",
  tasks: [
    createRefineShard({
      cacheDir: join(settings.WHETSTONE_CACHE_DIR, "refinements"),
      cacheBytes: settings.WHETSTONE_CACHE_BYTES,
      modelsDir: settings.WHETSTONE_MODELS_DIR,
      promptsDir: folderOf("prompts"),
      allowPrivateAddresses: settings.WHETSTONE_ALLOW_PRIVATE_ENDPOINTS === "1",
    }),
  ],
});
