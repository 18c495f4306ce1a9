import { CreateLoop, type ForkLoop, type Loop } from "@whetstone/schemas/api";
import { loops } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { createLoop } from "./create-loop.ts";

/** A new loop on the same task that begins with what an iteration left. */
export async function forkLoop(ctx: Context, id: string, { iteration, ...changes }: ForkLoop): Promise<Loop> {
  requireScope(ctx, "runs:write");
  const { request, name } = await getOwned(ctx, loops, { what: "loop", id });
  const { streamId: _, ...same } = request;
  const own = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const parameters = changes.method === undefined || changes.method === request.method ? request.parameters : {};
  const input = {
    ...same,
    parameters,
    name: `${name}, from iteration ${iteration}`,
    ...own,
    forkOf: { loopId: id, iteration },
  };
  return createLoop(ctx, CreateLoop.parse(input));
}
