import type { Sample, SelectionQuery, SelectionTrial } from "@whetstone/schemas/api";
import { Selection } from "@whetstone/schemas/api";
import type { Mask } from "@whetstone/schemas/select";
import type { Context } from "../context.ts";
import { openRows, type VersionRows } from "../rows/open-rows.ts";
import { countAll, selectRows } from "../rows/select-rows.ts";
import { getManifest } from "../versions/get-manifest.ts";
import { samplesAt } from "./list-samples.ts";

const exampleCount = 6;

/** What a selection would keep. Nothing is written. */
export async function trySelection(ctx: Context, versionId: string, query: SelectionQuery): Promise<SelectionTrial> {
  const rows = await openRows(ctx, await getManifest(ctx, versionId));
  const { masks, steps } = await selectRows(rows, toSelection(query));
  return {
    object: "selection_trial",
    rowCount: rows.rowCount,
    survivors: countAll(masks),
    steps,
    kept: await examples(ctx, rows, masks),
    dropped: await examples(
      ctx,
      rows,
      masks.map((mask) => mask.map((is) => 1 - is)),
    ),
  };
}

function toSelection({ topColumn, topOrder, topCount, ...rest }: SelectionQuery): Selection {
  const top = topColumn !== undefined && topCount !== undefined;
  return Selection.parse({ ...rest, ...(top && { top: { column: topColumn, order: topOrder, count: topCount } }) });
}

/** A few rows spread evenly over those of the masks. */
async function examples(ctx: Context, rows: VersionRows, masks: readonly Mask[]): Promise<Sample[]> {
  const total = countAll(masks);
  const step = Math.max(1, Math.floor(total / exampleCount));
  const places: number[] = [];
  let seen = 0;
  for (const [i, { first }] of rows.segments.entries())
    for (const [row, is] of (masks[i] ?? new Uint8Array()).entries()) {
      if (is !== 1) continue;
      if (seen % step === 0 && places.length < exampleCount) places.push(first + row);
      seen += 1;
    }
  return samplesAt(ctx, rows, places);
}
