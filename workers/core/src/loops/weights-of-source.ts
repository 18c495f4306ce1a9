import type { CreateLoop, WeightsSource } from "@whetstone/schemas/api";
import { iterations, loops, models, type Slots, type SlotWeights, uploads } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { getOwned } from "../scope.ts";
import { iterationId } from "./open-step.ts";

/** What the slots of a new loop hold: `policy`, `clip` (which rewards) and `judge`; a judge that is one of the others is refused. */
export async function startSlots(ctx: Context, input: CreateLoop): Promise<Slots> {
  const { policy, reward, judge, forkOf } = input;
  const forked = forkOf ? await slotsOfIteration(ctx, forkOf) : undefined;
  const slots: Slots = {
    ...forked,
    policy: forked?.["policy"] ?? (await weightsOf(ctx, policy.source)),
    ...(reward && !forked?.["clip"] ? { clip: await weightsOf(ctx, reward) } : {}),
    ...(judge ? { judge: await weightsOf(ctx, judge) } : {}),
  };
  refuseOwnJudge(slots);
  return slots;
}

function refuseOwnJudge({ policy, clip, judge }: Slots): void {
  if (!judge) return;
  const roles = { policy, reward: clip };
  for (const [role, weights] of Object.entries(roles)) {
    const isSame = weights && nameOf(weights) === nameOf(judge);
    if (isSame)
      throw new AppError(
        "invalid_input",
        `the judge has the same weights as the ${role} (SHA-256 ${nameOf(judge)}): who judges may neither be judged nor reward; name another judge`,
        { fields: [{ pointer: "/judge", code: "same_weights", detail: `the same weights as ${role}` }] },
      );
  }
}

/** Of what nobody has unpacked or fetched yet, the upload's own hash or the pinned commit tells it from others. */
const nameOf = ({ sha256, files, hub }: SlotWeights): string =>
  sha256 ?? (hub ? `${hub.id}@${hub.revision}` : files.map((file) => file.sha256).join());

async function slotsOfIteration(
  ctx: Context,
  { loopId, iteration }: { loopId: string; iteration: number },
): Promise<Slots> {
  await getOwned(ctx, loops, { what: "loop", id: loopId });
  const row = await getOwned(ctx, iterations, { what: "iteration", id: iterationId(loopId, iteration) });
  if (row.status === "running")
    throw new AppError(
      "conflict",
      `iteration ${iteration} of ${loopId} is still running; fork from one that has ended`,
    );
  return row.slots;
}

async function weightsOf(ctx: Context, source: WeightsSource): Promise<SlotWeights> {
  switch (source.from) {
    case "upload": {
      const { id, status, key, sizeBytes, sha256 } = await getOwned(ctx, uploads, {
        what: "upload",
        id: source.uploadId,
      });
      if (status !== "completed")
        throw new AppError("upload_not_ready", `upload ${id} is ${status}; complete it first`);
      return { sha256: null, files: [{ name: "weights.tar", key, sizeBytes, sha256 }] };
    }
    case "model": {
      const { hash, files } = await getOwned(ctx, models, { what: "model", id: source.modelId });
      const needed = files.filter(({ name }) => !name.endsWith(".onnx") && name !== "card.md");
      return {
        sha256: hash,
        files: needed.map(({ name, key, sizeBytes, sha256 }) => ({ name, key, sizeBytes, sha256 })),
      };
    }
    case "hub":
      return { sha256: null, files: [], hub: { id: source.id, revision: source.revision } };
  }
}
