import type { Workspace } from "@whetstone/schemas/api";
import type { workspaces } from "@whetstone/schemas/db";

export function toWorkspace({ id, name, quotas, createdAt }: typeof workspaces.$inferSelect): Workspace {
  return { id, object: "workspace", name, quotas, createdAt: createdAt.toISOString() };
}
