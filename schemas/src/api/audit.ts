import { z } from "zod";
import { Id } from "./ids.ts";

/** Who wrote what and when. */
export const AuditEvent = z
  .object({
    id: Id("audit"),
    object: z.literal("audit_event"),
    actor: z.string().meta({ description: "id of the key, or system:<job>" }),
    action: z.string().meta({ example: "dataset.create" }),
    subjectId: z.string(),
    requestId: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "AuditEvent" });
export type AuditEvent = z.infer<typeof AuditEvent>;
