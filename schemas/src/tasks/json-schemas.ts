import { z } from "zod";
import { TrainSpec } from "./train-spec.ts";

/** What programs in other languages read, by file name in `schemas/json/`. */
export const jsonSchemas: Record<string, z.ZodType> = { "train-spec.json": TrainSpec };

/** The JSON Schema of what may be sent: defaults need not be. */
export function toJsonText(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: "input", reused: "inline" }), null, 2)}\n`;
}
