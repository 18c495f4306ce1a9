import { resolve4, resolve6 } from "node:dns/promises";
import type { SendMessage } from "@whetstone/core/webhooks/attempt-delivery";
import { isAddress, isPrivateAddress, type UrlPolicy } from "@whetstone/core/webhooks/refuse-url";

export const timeoutMs = 15_000;

/** Sends one message over the network: bounded in time, never redirected, never into a private network unless that is allowed. */
export function createSender({ allowsPrivate }: UrlPolicy, resolve = resolveHost): SendMessage {
  return async ({ url, headers, body }) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { hostname } = new URL(url);
      const addresses = allowsPrivate || isAddress(hostname) ? [] : await resolve(hostname);
      if (addresses.some(isPrivateAddress)) return { error: `${hostname} has a private address` };
      const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
      // Nobody reads it; what a receiver says beyond its status is not ours to keep.
      await response.body?.cancel();
      return { status: response.status, retryAfterMs: toRetryAfterMs(response.headers.get("retry-after")) };
    } catch (error) {
      if (signal.aborted) return { error: `no answer within ${timeoutMs / 1000} s` };
      return { error: error instanceof Error ? error.message.slice(0, 300) : "the request failed" };
    }
  };
}

/** Seconds or an HTTP date. */
export function toRetryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

async function resolveHost(hostname: string): Promise<string[]> {
  const found = await Promise.allSettled([resolve4(hostname), resolve6(hostname)]);
  const addresses = found.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (addresses.length === 0) throw new Error(`${hostname} can't be resolved`);
  return addresses;
}
