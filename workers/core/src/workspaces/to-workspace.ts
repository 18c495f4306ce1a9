import type { Workspace } from "@whetstone/schemas/api";
import type { workspaces } from "@whetstone/schemas/db";

export function toWorkspace({ createdAt, ...row }: typeof workspaces.$inferSelect): Workspace {
  return { ...row, object: "workspace", createdAt: createdAt.toISOString() };
}
