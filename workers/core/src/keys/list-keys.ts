import type { ApiKey, PageOf, PageQuery } from "@whetstone/schemas/api";
import { apiKeys } from "@whetstone/schemas/db";
import type { Context } from "../context.ts";
import { listRows, toPage } from "../scope.ts";
import { ownKeys } from "./own-keys.ts";
import { toKey } from "./to-key.ts";

export async function listKeys(ctx: Context, page: PageQuery): Promise<PageOf<ApiKey>> {
  const { rows, hasMore } = await listRows(ctx, apiKeys, { page, kind: "key", where: ownKeys(ctx, "keys:read") });
  return toPage(rows.map(toKey), hasMore);
}
