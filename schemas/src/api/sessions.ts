import { z } from "zod";
import { Id } from "./ids.ts";
import { Scope } from "./keys.ts";

/** A browser may be signed in to this many workspaces at once. */
export const maxSignedIn = 5;

/** Sign in with a key, or with the token of a link that was made for it. */
export const SignIn = z
  .union([
    z.strictObject({ key: z.string().min(1).max(200) }),
    z.strictObject({ link: z.string().min(1).max(200).meta({ description: "token of a sign-in link, good once" }) }),
  ])
  .meta({ id: "SignIn" });
export type SignIn = z.infer<typeof SignIn>;

export const SwitchWorkspace = z.object({ workspaceId: Id("workspace") }).meta({ id: "SwitchWorkspace" });

/** Who is asking: the workspace, what may be done in it, and where else this browser is signed in. */
export const Session = z
  .object({
    object: z.literal("session"),
    workspace: z.object({ id: Id("workspace"), name: z.string() }),
    key: z.object({ id: Id("key"), name: z.string() }),
    scopes: z.array(Scope),
    expiresAt: z.iso.datetime().nullable().meta({ description: "null for a key, which has its own expiry" }),
    signedIn: z.array(z.object({ id: Id("workspace"), name: z.string() })),
  })
  .meta({ id: "Session" });
export type Session = z.infer<typeof Session>;

/** A link that signs a browser in with the caller's own scopes, once and soon. */
export const SignInLink = z
  .object({
    object: z.literal("sign_in_link"),
    url: z.url().meta({ description: "the token stands behind #, so it reaches no log" }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "SignInLink" });
export type SignInLink = z.infer<typeof SignInLink>;
