import type { PageOf, PageQuery, Reject } from "@whetstone/schemas/api";
import { RejectRow } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { slicePage, toCursor, toCursorPage } from "./positions.ts";
import { readRows } from "./read-rows.ts";

/** Samples a version leaves out, and why. */
export async function listRejects(ctx: Context, versionId: string, page: PageQuery): Promise<PageOf<Reject>> {
  const manifest = await getManifest(ctx, versionId);
  const files = manifest.layers["rejects"] ?? [];
  const { slices, hasMore } = slicePage(
    files.map(({ rowCount }) => rowCount),
    page,
  );
  const data: Reject[] = [];
  for (const { file, from, to } of slices) {
    const layer = files[file];
    const rows = layer ? await readRows(ctx, layer, { schema: RejectRow, from, to }) : [];
    const first = files.slice(0, file).reduce((sum, { rowCount }) => sum + rowCount, 0) + from;
    const rejects = rows.map((row, index): Reject => ({ ...row, object: "reject", cursor: toCursor(first + index) }));
    data.push(...(page.order === "asc" ? rejects : rejects.toReversed()));
  }
  return toCursorPage(data, hasMore);
}
