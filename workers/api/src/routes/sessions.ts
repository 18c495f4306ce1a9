import { createRoute } from "@hono/zod-openapi";
import type { Context as CoreContext } from "@whetstone/core/context";
import { AppError, notFound } from "@whetstone/core/errors";
import { getCaller } from "@whetstone/core/sessions/get-caller";
import { endSessions } from "@whetstone/core/sessions/end-sessions";
import { findSessions, type OpenSession } from "@whetstone/core/sessions/find-sessions";
import { createSignInLink, signIn } from "@whetstone/core/sessions/sign-in";
import { Session, SignIn, SignInLink, SwitchWorkspace } from "@whetstone/schemas/api";
import type { Context } from "hono";
import type { AppEnv } from "../env.ts";
import { systemContext } from "../middleware/authenticate.ts";
import { body, createRouter, json, problems } from "../router.ts";
import { isFromOurPage, readSessionCookie, writeSessionCookie } from "../session-cookie.ts";

const tags = ["Sessions"];
const description = "For the dashboard: the session is a cookie that no script can read, and lasts seven days.";

const postSession = createRoute({
  method: "post",
  path: "/v1/session",
  tags,
  summary: "Sign a browser in",
  description,
  security: [],
  request: { body: body(SignIn, "A key, or the token of a sign-in link") },
  responses: { 201: json(Session, "Who the browser now is"), ...problems },
});

const postSwitch = createRoute({
  method: "post",
  path: "/v1/session/switch",
  tags,
  summary: "Work in another workspace that this browser is signed in to",
  description,
  security: [],
  request: { body: body(SwitchWorkspace, "The workspace") },
  responses: { 200: json(Session, "Who the browser now is"), ...problems },
});

const deleteSession = createRoute({
  method: "delete",
  path: "/v1/session",
  tags,
  summary: "Sign the browser out of every workspace",
  description,
  security: [],
  responses: { 204: { description: "Signed out" }, ...problems },
});

const getSession = createRoute({
  method: "get",
  path: "/v1/session",
  tags,
  summary: "Who is asking",
  responses: { 200: json(Session, "The workspace and what may be done in it"), ...problems },
});

const postLink = createRoute({
  method: "post",
  path: "/v1/sign-in-links",
  tags,
  summary: "Make a link that signs a browser in once",
  description: "Good for a quarter of an hour, with the scopes of the calling key.",
  responses: { 201: json(SignInLink, "The link"), ...problems },
});

/** How a browser comes to be known, and to be forgotten: these stand before `authenticate`. */
export const signInRoutes = createRouter()
  .openapi(postSession, async (c) => {
    const ctx = await beginSignIn(c);
    const { token } = await signIn(ctx, c.req.valid("json"));
    const [session] = await findSessions(ctx, [token]);
    if (!session) throw new Error("a session just made is not found");
    const others = (await findSessions(ctx, readSessionCookie(c))).filter(isOf(session.workspace.id, false));
    writeSessionCookie(c, [token, ...others.map((other) => other.token)]);
    return c.json(toSession(session, others), 201);
  })
  .openapi(postSwitch, async (c) => {
    const open = await findSessions(systemContext(c, "switch-workspace"), isFromOurPage(c) ? readSessionCookie(c) : []);
    const { workspaceId } = c.req.valid("json");
    const session = open.find(isOf(workspaceId, true));
    if (!session) throw notFound("workspace", workspaceId);
    const others = open.filter((other) => other !== session);
    writeSessionCookie(c, [session.token, ...others.map(({ token }) => token)]);
    return c.json(toSession(session, others), 200);
  })
  .openapi(deleteSession, async (c) => {
    if (isFromOurPage(c)) await endSessions(systemContext(c, "sign-out"), readSessionCookie(c));
    writeSessionCookie(c, []);
    return c.body(null, 204);
  });

export const sessions = createRouter()
  .openapi(getSession, async (c) => {
    const open = c.req.header("authorization") === undefined ? await findSessions(c.var.ctx, readSessionCookie(c)) : [];
    const [session, ...others] = open;
    return c.json(session ? toSession(session, others) : await getCaller(c.var.ctx), 200);
  })
  .openapi(postLink, async (c) => {
    c.set("isSecret", true);
    const { token, expiresAt } = await createSignInLink(c.var.ctx);
    const url = new URL(`/sign-in#${token}`, c.req.url).href;
    return c.json({ object: "sign_in_link" as const, url, expiresAt: expiresAt.toISOString() }, 201);
  });

/** Guessing is slowed by address; a guess that is no well-formed secret costs no read of the database. */
async function beginSignIn(c: Context<AppEnv>): Promise<CoreContext> {
  const address = c.req.header("cf-connecting-ip") ?? "unknown";
  const { success } = await c.env.RATE_LIMIT.limit({ key: `sign-in ${address}` });
  if (!success)
    throw new AppError("rate_limited", "too many sign-ins from this address; wait as long as retry-after says");
  return systemContext(c, "sign-in");
}

const isOf = (workspaceId: string, wanted: boolean) => (session: OpenSession) =>
  (session.workspace.id === workspaceId) === wanted;

function toSession({ workspace, actor, keyName, expiresAt }: OpenSession, others: readonly OpenSession[]): Session {
  return {
    object: "session",
    workspace,
    key: { id: actor.keyId, name: keyName },
    scopes: [...actor.scopes],
    expiresAt: expiresAt.toISOString(),
    signedIn: [workspace, ...others.map((other) => other.workspace)],
  };
}
