import type { WorkspacePrices } from "@whetstone/schemas/api";
import { type Context, requireScope } from "../context.ts";
import { workspaceRow } from "../workspaces/get-workspace.ts";

export async function getPrices(ctx: Context): Promise<WorkspacePrices> {
  requireScope(ctx, "workspace:read");
  return { object: "prices", prices: (await workspaceRow(ctx)).prices };
}
