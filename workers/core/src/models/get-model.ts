import type { Model, ModelDownload } from "@whetstone/schemas/api";
import { models } from "@whetstone/schemas/db";
import { type Context, requireScope } from "../context.ts";
import { getOwned } from "../scope.ts";
import { type ModelRow, toModel } from "./to-model.ts";

const linkSeconds = 3600;

export async function getModel(ctx: Context, id: string): Promise<Model> {
  return toModel(await modelRow(ctx, id));
}

/** Addresses of the package's files. */
export async function listModelFiles(ctx: Context, id: string): Promise<ModelDownload> {
  const { files } = await modelRow(ctx, id);
  const expiresAt = new Date(ctx.now().getTime() + linkSeconds * 1000).toISOString();
  const data = await Promise.all(
    files.map(async ({ key, ...file }) => ({
      ...file,
      url: await ctx.storage.presignGet(key, { expiresSeconds: linkSeconds }),
      expiresAt,
    })),
  );
  return { object: "list", data };
}

async function modelRow(ctx: Context, id: string): Promise<ModelRow> {
  requireScope(ctx, "models:read");
  return getOwned(ctx, models, { what: "model", id });
}
