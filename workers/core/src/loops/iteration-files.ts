import type { IterationFiles } from "@whetstone/schemas/api";
import { iterations, loops } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { iterationId } from "./open-step.ts";

const linkSeconds = 3600;

/** Addresses of all that an iteration's slots hold. */
export async function getIterationFiles(ctx: Context, id: string, number: number): Promise<IterationFiles> {
  requireScope(ctx, "models:read");
  await getOwned(ctx, loops, { what: "loop", id });
  const { slots } = await getOwned(ctx, iterations, { what: "iteration", id: iterationId(id, number) });
  const files = await Promise.all(
    Object.entries(slots).flatMap(([slot, weights]) =>
      weights.files.map(async ({ name, key, sizeBytes, sha256 }) => {
        const url = await ctx.storage.presignGet(key, { expiresSeconds: linkSeconds });
        return { slot, name, sizeBytes, sha256, url };
      }),
    ),
  );
  const expiresAt = new Date(ctx.now().getTime() + linkSeconds * 1000).toISOString();
  return { object: "iteration.files", loopId: id, number, files, expiresAt };
}
