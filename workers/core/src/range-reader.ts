import { forgetOldest } from "./forget-oldest.ts";

const linkMs = 15 * 60_000;
/** A link is used again while it lives this long yet: longer than any read may take. */
const leastMs = 60_000;
const maxLinks = 500;

type Presign = (key: string, options: { expiresSeconds: number }) => Promise<string>;

/**
 * Reads ranges of objects by links that are signed once and used again: a page of a sorted version reads a hundred scattered ranges,
 * and signing each costs more than reading it. Undefined where that did not work: the caller then asks in the long way, which tries again and says why.
 */
export function createRangeReader(
  presign: Presign,
  { timeoutMs, now = Date.now }: { timeoutMs: number; now?: () => number },
) {
  const links = new Map<string, { url: string; expiresMs: number }>();

  async function linkTo(key: string): Promise<string> {
    const known = links.get(key);
    if (known && known.expiresMs - now() >= leastMs) return known.url;
    const url = await presign(key, { expiresSeconds: linkMs / 1000 });
    links.delete(key);
    links.set(key, { url, expiresMs: now() + linkMs });
    forgetOldest(links, maxLinks);
    return url;
  }

  return async (key: string, { start, end }: { start: number; end: number }): Promise<ArrayBuffer | undefined> => {
    try {
      const headers = { range: `bytes=${start}-${end - 1}` };
      const response = await fetch(await linkTo(key), { headers, signal: AbortSignal.timeout(timeoutMs) });
      if (response.status === 206) return await response.arrayBuffer();
      await response.body?.cancel();
      return undefined;
    } catch {
      return undefined;
    }
  };
}
