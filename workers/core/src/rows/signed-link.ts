import type { Context } from "../context.ts";
import { forgetOldest } from "../forget-oldest.ts";

export interface SignedLink {
  url: string;
  expiresAt: string;
}

const linkMs = 3_600_000;
/** A link given out again must still live this long. */
const leastMs = linkMs / 2;
const maxLinks = 4000;
const links = new Map<string, { url: string; expiresMs: number }>();

/** Presigned addresses of these objects, good for half an hour at least. Each is made once and given out again while it is fresh. */
export async function signedLinks(ctx: Context, keys: Iterable<string>): Promise<Map<string, SignedLink>> {
  const nowMs = ctx.now().getTime();
  const found = await Promise.all(
    [...new Set(keys)].map(async (key) => [key, await signedLink(ctx, { key, nowMs })] as const),
  );
  return new Map(found);
}

async function signedLink(ctx: Context, { key, nowMs }: { key: string; nowMs: number }): Promise<SignedLink> {
  const known = links.get(key);
  const isFresh = known && known.expiresMs - nowMs >= leastMs && known.expiresMs <= nowMs + linkMs;
  const link = isFresh
    ? known
    : { url: await ctx.storage.presignGet(key, { expiresSeconds: linkMs / 1000 }), expiresMs: nowMs + linkMs };
  links.set(key, link);
  forgetOldest(links, maxLinks);
  return { url: link.url, expiresAt: new Date(link.expiresMs).toISOString() };
}
