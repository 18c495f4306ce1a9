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

/** Of two versions side by side: whose samples, whether only those that changed, and which one is open. */
export const PairsSearch = VersionSearch.pick({ filter: true, uid: true }).extend({
  changed: z.boolean().optional().catch(undefined),
});
export type PairsSearch = z.infer<typeof PairsSearch>;

/** Of the playground: what is asked, of which model, and the searches that ran. */
export const PlaygroundSearch = z.object({
  dataset: z.string().max(80).optional().catch(undefined),
  version: z.string().max(80).optional().catch(undefined),
  model: z.string().max(80).optional().catch(undefined),
  run: z.string().max(80).optional().catch(undefined),
  find: z.enum(["images", "texts"]).optional().catch(undefined),
  /** A profile run that makes the embeddings which the version lacks. */
  embed: z.string().max(80).optional().catch(undefined),
});
export type PlaygroundSearch = z.infer<typeof PlaygroundSearch>;
