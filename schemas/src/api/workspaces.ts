import { z } from "zod";
import { NewApiKey } from "./keys.ts";
import { Id } from "./ids.ts";

export const Quotas = z.object({
  maxActiveRuns: z.int().min(1),
  maxStoredBytes: z.int().min(1),
  maxDatasets: z.int().min(1),
  maxStreams: z.int().min(1),
  maxSchedules: z.int().min(1),
});
export type Quotas = z.infer<typeof Quotas>;

export const defaultQuotas: Quotas = {
  maxActiveRuns: 50,
  maxStoredBytes: 5 * 1024 ** 4,
  maxDatasets: 10_000,
  maxStreams: 10_000,
  maxSchedules: 100,
};

export const Workspace = z
  .object({
    id: Id("workspace"),
    object: z.literal("workspace"),
    name: z.string(),
    quotas: Quotas,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Workspace" });
export type Workspace = z.infer<typeof Workspace>;

/** A workspace, and how much of each quota is used now. */
export const WorkspaceDetails = Workspace.extend({
  used: z.object({
    maxActiveRuns: z.int(),
    maxStoredBytes: z.int(),
    maxDatasets: z.int(),
    maxStreams: z.int(),
    maxSchedules: z.int(),
  }),
}).meta({ id: "WorkspaceDetails" });
export type WorkspaceDetails = z.infer<typeof WorkspaceDetails>;

export const CreateWorkspace = z
  .object({ name: z.string().trim().min(1).max(100), quotas: Quotas.partial().optional() })
  .meta({ id: "CreateWorkspace" });
export type CreateWorkspace = z.infer<typeof CreateWorkspace>;

/** A workspace just made, with its first key. */
export const NewWorkspace = Workspace.extend({ key: NewApiKey }).meta({ id: "NewWorkspace" });
export type NewWorkspace = z.infer<typeof NewWorkspace>;
