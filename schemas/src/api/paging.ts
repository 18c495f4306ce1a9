import { z } from "zod";

/** Keyset paging: `after` is the id (or opaque cursor) of the last row seen. */
export const PageQuery = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(["asc", "desc"]).default("desc"),
});
export type PageQuery = z.infer<typeof PageQuery>;

export function Page<T extends z.ZodType>(
  item: T,
): z.ZodObject<{
  object: z.ZodLiteral<"list">;
  data: z.ZodArray<T>;
  first_id: z.ZodNullable<z.ZodString>;
  last_id: z.ZodNullable<z.ZodString>;
  has_more: z.ZodBoolean;
}> {
  return z.object({
    object: z.literal("list"),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });
}

/** The value of a page of T. */
export interface PageOf<T> {
  object: "list";
  data: T[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
}
