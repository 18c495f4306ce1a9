import { z } from "zod";

/** How the work is spread over devices: changes speed and memory, never what is learned. */
export const Scale = z.object({
  /** Images a process encodes at a time, by gradient caching: the loss stays the whole batch's. 0: all at once. */
  chunkSize: z.int().min(0).max(131_072).default(0),
  /** With several GPUs: a copy of the weights on each (DDP), or a shard (FSDP2) where they are too large for that. */
  sharding: z.enum(["ddp", "fsdp"]).default("ddp"),
  activationCheckpointing: z.boolean().default(false),
  compile: z.boolean().default(false),
});
