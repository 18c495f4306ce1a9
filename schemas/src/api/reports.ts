import { z } from "zod";
import { Id } from "./ids.ts";
import { LifelongOptions } from "./lifelong.ts";

/** What a report is about: a saved query. */
export const CreateReport = z
  .object({
    name: z.string().trim().min(1).max(100),
    streamIds: z.array(Id("stream")).min(1).max(20),
    options: LifelongOptions.partial().default({}),
  })
  .meta({ id: "CreateReport" });
export type CreateReport = z.infer<typeof CreateReport>;
