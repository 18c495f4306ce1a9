import { ModelPackage } from "@whetstone/schemas/api";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

const maxBytes = 1024 ** 2;

/** `model.json` of a package, checked. */
export async function readPackage(ctx: Context, key: string): Promise<ModelPackage> {
  const result = ModelPackage.safeParse(parseJson(await ctx.storage.getText(key, { maxBytes })));
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, code, message }) => ({
    pointer: `/model.json/${path.join("/")}`,
    code,
    detail: message,
  }));
  throw new AppError(
    "invalid_input",
    `model.json does not describe a model: ${fields[0]?.pointer} ${fields[0]?.detail}`,
    { fields },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_input", "model.json is not valid JSON", { cause });
  }
}
