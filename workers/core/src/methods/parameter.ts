import type { MethodParameter } from "@whetstone/schemas/api";
import { z } from "zod";

/** A parameter with its default, where that comes from, and what it does. */
export function parameter<T extends z.ZodType>(
  schema: T,
  value: z.util.NoUndefined<z.output<T>>,
  [source, description]: [MethodParameter["source"], string],
) {
  return schema.default(value).meta({ source, description });
}

/** Fields that several methods share; each method says its own defaults. */
export const count = (high: number, low = 1) => z.int().min(low).max(high);
export const split = z.string().min(1).max(40);
export const learningRate = z.number().positive().max(1);
export const temperature = z.number().min(0).max(10);
