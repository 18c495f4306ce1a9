import { z } from "zod";
import { Id } from "./ids.ts";
import { taskKinds } from "../tasks/kinds.ts";

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
