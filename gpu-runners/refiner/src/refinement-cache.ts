import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Refinement } from "./refinement.ts";

/** All that decides what a refinement is. Change what else decides it, and raise `format`. */
export type CacheKey = {
  imageSha256: string;
  text: string;
  modelHash: string;
  promptHash: string;
  temperature: number;
  seed: number;
};
const CachedRefinement = z.object({
  refinement: Refinement,
  isRepaired: z.boolean(),
  latencyMs: z.number(),
  promptTokens: z.int(),
  completionTokens: z.int(),
});
export type CachedRefinement = z.infer<typeof CachedRefinement>;

const format = 1;

/** Refinements on disk by what went in: the same sample refined twice costs once. Bounded: what was used longest ago goes first. */
export async function openRefinementCache(folder: string, maxBytes: number) {
  await mkdir(folder, { recursive: true });
  let unswept = Infinity;

  return {
    async find(key: CacheKey): Promise<CachedRefinement | undefined> {
      const path = pathOf(folder, key);
      try {
        const cached = CachedRefinement.parse(JSON.parse(await readFile(path, "utf8")));
        const now = new Date();
        await utimes(path, now, now);
        return cached;
      } catch {
        // Absent, swept meanwhile, or torn: refine it again.
        return undefined;
      }
    },

    async put(key: CacheKey, value: CachedRefinement): Promise<void> {
      const path = pathOf(folder, key);
      const text = JSON.stringify(value);
      await mkdir(dirname(path), { recursive: true });
      const draft = `${path}.${randomUUID()}`;
      await writeFile(draft, text);
      await rename(draft, path);
      unswept += text.length;
    },

    /** Brings the folder under its bound; cheap unless much was written since the last time. */
    async sweep(): Promise<void> {
      if (unswept < maxBytes / 20) return;
      unswept = 0;
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = await Promise.all(
        entries.filter((entry) => entry.isFile()).map((entry) => toFile(join(entry.parentPath, entry.name))),
      );
      const oldestFirst = files.filter((file) => file !== undefined).toSorted((a, b) => a.mtimeMs - b.mtimeMs);
      let bytes = oldestFirst.reduce((sum, { size }) => sum + size, 0);
      for (const { path, size } of oldestFirst) {
        if (bytes <= maxBytes) break;
        await rm(path, { force: true });
        bytes -= size;
      }
    },
  };
}

async function toFile(path: string): Promise<{ path: string; size: number; mtimeMs: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { path, size: found.size, mtimeMs: found.mtimeMs };
}

function pathOf(folder: string, { imageSha256, text, modelHash, promptHash, temperature, seed }: CacheKey): string {
  const parts = JSON.stringify([format, imageSha256, text, modelHash, promptHash, temperature, seed]);
  const name = createHash("sha256").update(parts).digest("hex");
  return join(folder, name.slice(0, 2), `${name}.json`);
}
