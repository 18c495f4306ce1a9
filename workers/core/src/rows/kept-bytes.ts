/**
 * What one isolate keeps of what it read: files never change, so only space limits how long. The least recently used goes first. Bytes
 * are kept, never promises: one request must not wait for another's.
 */
const maxBytes = 56 * 1024 ** 2;
/** What an entry costs beside its bytes. */
const entryBytes = 400;
const kept = new Map<string, Uint8Array>();
let total = 0;

/** The bytes of this name, read only if they are not here. */
export async function keep(name: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const known = kept.get(name);
  const bytes = known ?? (await read());
  if (known === undefined && !kept.has(name)) total += bytes.byteLength + entryBytes;
  kept.delete(name);
  kept.set(name, bytes);
  for (const [oldest, { byteLength }] of kept) {
    if (total <= maxBytes || oldest === name) break;
    kept.delete(oldest);
    total -= byteLength + entryBytes;
  }
  return bytes;
}
