import { createHash } from "node:crypto";
import type { EmbeddingStore } from "./embedding-cache.ts";
import { emptyVectors, rowOf, type Vectors } from "./vectors.ts";

type Embed<Item> = (items: Item[]) => Promise<Vectors>;
type Options = { dim: number; onCount(counts: { embedded: number; hits: number }): void };

/** Embeds what the store does not know yet, each different item once, and remembers it. Without a store everything is embedded. */
export function createCachedEmbedder<Item extends Uint8Array | string>(
  embed: Embed<Item>,
  store: EmbeddingStore | undefined,
  { dim, onCount }: Options,
): Embed<Item> {
  return async (items) => {
    const all = emptyVectors(items.length, dim);
    const hashes = items.map((item) => createHash("sha256").update(item).digest());
    const missing = new Map<string, number[]>();
    for (const [i, hash] of hashes.entries()) {
      const known = await store?.find(hash);
      if (known) all.data.set(known, i * dim);
      else missing.set(hash.toString("latin1"), [...(missing.get(hash.toString("latin1")) ?? []), i]);
    }
    const groups = [...missing.values()];
    const wanted = groups.flatMap<Item>(([first = 0]) => items.slice(first, first + 1));
    onCount({ embedded: wanted.length, hits: items.length - wanted.length });
    if (wanted.length === 0) return all;

    const made = await embed(wanted);
    for (const [row, places] of groups.entries()) {
      const vector = rowOf(made, row);
      for (const i of places) all.data.set(vector, i * dim);
      const [first = 0] = places;
      const hash = hashes[first];
      if (hash) store?.put(hash, vector);
    }
    await store?.flush();
    return all;
  };
}
