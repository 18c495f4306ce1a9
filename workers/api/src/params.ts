import { z } from "@hono/zod-openapi";
import { Id, type IdKind, PageQuery } from "@whetstone/schemas/api";

/** The `{id}` of a path. */
export const idParam = (kind: IdKind) => ({ params: z.object({ id: Id(kind) }) });
export const pageQuery = { query: PageQuery };
/** Rows of a version read forwards unless asked otherwise. */
export const rowsQuery = { query: PageQuery.extend({ order: z.enum(["asc", "desc"]).default("asc") }) };
