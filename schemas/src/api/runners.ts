import { z } from "zod";
import { Id } from "./ids.ts";
import { taskKinds } from "../tasks/kinds.ts";

/** Runner capabilities and task needs are plain labels: `gpu`, `cpu`, `model:<hash>` ... A task goes to a runner that has them all. */
export const Label = z.string().regex(/^[a-z0-9][a-z0-9:._-]{0,99}$/);

export const Runner = z
  .object({
    id: Id("runner"),
    object: z.literal("runner"),
    name: z.string(),
    kinds: z.array(z.enum(taskKinds)),
    labels: z.array(z.string()),
    leasedTasks: z.int(),
    lastSeenAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Runner" });
export type Runner = z.infer<typeof Runner>;
