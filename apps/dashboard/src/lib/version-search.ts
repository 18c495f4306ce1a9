import { z } from "zod";

/** What the address of a version's page holds. All is optional, and what can't be read is left out. */
export const VersionSearch = z.object({
  tab: z.enum(["samples", "select", "rejects"]).optional().catch(undefined),
  uid: z.string().optional().catch(undefined),
  filter: z.string().max(4000).optional().catch(undefined),
  sort: z.string().max(100).optional().catch(undefined),
  order: z.enum(["asc", "desc"]).optional().catch(undefined),
  /** A search run whose matches are shown. */
  near: z.string().max(80).optional().catch(undefined),
  /** Of a selection. */
  deduplicate: z.boolean().optional().catch(undefined),
  topColumn: z.string().max(100).optional().catch(undefined),
  topCount: z.int().positive().optional().catch(undefined),
});
export type VersionSearch = z.infer<typeof VersionSearch>;
