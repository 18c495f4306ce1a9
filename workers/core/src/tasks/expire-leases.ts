import { tasks } from "@whetstone/schemas/db";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { endAttempts } from "./end-attempts.ts";
import { backOff } from "./leases.ts";

/** Statements that take back every lease whose runner fell silent; cheap when there is none, so that each claim can afford them. */
export function expireLeases(ctx: Context) {
  return endAttempts(ctx, {
    where: and(eq(tasks.status, "leased"), lt(tasks.leaseExpiresAt, ctx.now())),
    fate: "retry",
    code: "lease_expired",
    exhaustedCode: "attempts_exhausted",
    message: "the runner sent no heartbeat in time",
    availableAt: backOff(ctx, 1),
    endedAt: sql`${tasks.leaseExpiresAt}`,
  });
}
