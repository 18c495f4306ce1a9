import { maxSignedIn } from "@whetstone/schemas/api";
import { sessionMs } from "@whetstone/core/sessions/sign-in";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "./env.ts";

const name = "whetstone_session";

/** Tokens of the browser's sessions, one a workspace; the first is the one it works in. */
export function readSessionCookie(c: Context<AppEnv>): string[] {
  return (getCookie(c, name) ?? "").split(".").filter(Boolean).slice(0, maxSignedIn);
}

/** No script can read it, and no other site's page makes the browser send it. */
export function writeSessionCookie(c: Context<AppEnv>, tokens: readonly string[]): void {
  const shared = { path: "/", secure: new URL(c.req.url).protocol === "https:" };
  if (tokens.length === 0) return void deleteCookie(c, name, shared);
  const kept = tokens.slice(0, maxSignedIn).join(".");
  setCookie(c, name, kept, { ...shared, httpOnly: true, sameSite: "Strict", maxAge: sessionMs / 1000 });
}

/**
 * Whether the browser says that a page of this very origin asks. Asked of every call by cookie: `SameSite` alone would let a page of
 * a sister host write in the user's name.
 */
export function isFromOurPage(c: Context<AppEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || (site === "none" && c.req.method === "GET");
  return c.req.header("origin") === new URL(c.req.url).origin;
}
