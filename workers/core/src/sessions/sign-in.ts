import type { SignIn } from "@whetstone/schemas/api";
import { apiKeys, sessions } from "@whetstone/schemas/db";
import { and, eq, gt } from "drizzle-orm";
import { type Context, workspaceOf } from "../context.ts";
import { sha256Hex } from "../encoding.ts";
import { AppError } from "../errors.ts";
import { deathOf, findActor } from "../keys/find-actor.ts";
import { isWellFormed, makeSecret } from "../keys/key-secret.ts";

export const sessionMs: number = 7 * 24 * 3_600_000;
const linkMs = 15 * 60_000;

/** A new session of the key, or of the one a sign-in link was made for. Its token is shown this once, to the browser's cookie. */
export async function signIn(ctx: Context, input: SignIn): Promise<{ token: string }> {
  const keyId = "key" in input ? await keyOfSecret(ctx, input.key) : await spendLink(ctx, input.link);
  return { token: await insertSession(ctx, { keyId, kind: "session", lifeMs: sessionMs }) };
}

/** A token that signs in once, within a quarter of an hour, with what the caller's key may do. */
export async function createSignInLink(ctx: Context): Promise<{ token: string; expiresAt: Date }> {
  workspaceOf(ctx);
  if (ctx.actor.kind !== "key") throw new Error("a job of the platform does not sign in");
  const token = await insertSession(ctx, { keyId: ctx.actor.keyId, kind: "link", lifeMs: linkMs });
  return { token, expiresAt: new Date(ctx.now().getTime() + linkMs) };
}

async function keyOfSecret(ctx: Context, secret: string): Promise<string> {
  const { keyId, workspaceId } = await findActor(ctx, secret, (write) => void write.catch(() => undefined));
  if (workspaceId === null)
    throw new AppError("unauthorized", "this key belongs to no workspace; use one of a workspace");
  return keyId;
}

/** The delete decides: of two browsers with the same link, one gets in. */
async function spendLink(ctx: Context, token: string): Promise<string> {
  const refused = new AppError("unauthorized", "this sign-in link was used already or has expired; ask for another");
  if (!(await isWellFormed(token, ["wsl"]))) throw refused;
  const isOpen = and(
    eq(sessions.hash, await sha256Hex(token)),
    eq(sessions.kind, "link"),
    gt(sessions.expiresAt, ctx.now()),
  );
  const [spent] = await ctx.db.delete(sessions).where(isOpen).returning({ keyId: sessions.keyId });
  if (!spent) throw refused;
  const key = await ctx.db.query.apiKeys.findFirst({ where: eq(apiKeys.id, spent.keyId) });
  if (!key) throw refused;
  const death = deathOf(key, ctx.now());
  if (death) throw death;
  return key.id;
}

async function insertSession(
  ctx: Context,
  { keyId, kind, lifeMs }: { keyId: string; kind: "session" | "link"; lifeMs: number },
): Promise<string> {
  const token = await makeSecret(kind === "session" ? "wss" : "wsl");
  await ctx.db.insert(sessions).values({
    id: ctx.newId("session"),
    keyId,
    kind,
    hash: await sha256Hex(token),
    expiresAt: new Date(ctx.now().getTime() + lifeMs),
    createdAt: ctx.now(),
  });
  return token;
}
