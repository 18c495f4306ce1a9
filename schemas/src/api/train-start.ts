import { z } from "zod";
import { Id } from "./ids.ts";

/** A version among several that are trained on: it has `weight` divided by the sum of weights of every batch. */
export const MixedVersion = z.object({
  versionId: Id("version"),
  weight: z.number().positive().max(1_000_000).default(1),
  /** The model training starts from has learned from it: this is replay. */
  isEarlier: z.boolean().default(false),
});
export type MixedVersion = z.infer<typeof MixedVersion>;

/** A checkpoint of the Hugging Face hub: an open_clip or transformers CLIP in safetensors. The trainer fetches it. */
export const HubCheckpoint = z.object({
  id: z.string().regex(/^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/, "write owner/name"),
  revision: z.string().regex(/^[0-9a-f]{40}$/, "pin a commit: 40 hexadecimal digits"),
});
export type HubCheckpoint = z.infer<typeof HubCheckpoint>;

/** Where training starts: exactly one of these. */
export const trainStart = {
  /** Model to start from; its architecture is kept. */
  initModelId: Id("model").optional(),
  /** Checkpoint of others to start from. */
  hub: HubCheckpoint.optional(),
  /** An architecture of open_clip by its name there, with fresh weights. */
  architecture: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
    .meta({ examples: ["ViT-B-32", "convnext_base"] })
    .optional(),
};

interface Start {
  initModelId?: string | undefined;
  hub?: unknown;
  architecture?: string | undefined;
}

export const hasOneStart = ({ initModelId, hub, architecture }: Start): boolean =>
  [initModelId, hub, architecture].filter((start) => start !== undefined).length === 1;
