import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLayerWriter, defineTask, readLayer, TaskError, type TaskContext } from "@whetstone/runtime";
import { BaseRow, RefinedRow, ScoreRow, ThumbnailRow } from "@whetstone/schemas/tasks";
import type { z } from "zod";

type Context = TaskContext<"select-shard">;
type Edit = Context["params"]["edits"][number];

/** Layers with a vector for each row, without Parquet. */
const vectorLayers = ["embeddings", "textEmbeddings"];

/** The kept rows of a shard's layers, with what reviewers edited. The images stay in the tar they are in. */
export const selectShard = defineTask({
  kind: "select-shard",

  async run(context) {
    const { params, inputs, write, workDir } = context;
    const kept = new Set<string>();
    const isKept = toTest(params.keep);
    const editOf = new Map(params.edits.map((edit) => [edit.uid, edit]));
    /** Places among the kept rows whose text is another now: the vector of the former tells nothing of it. */
    const editedPlaces: number[] = [];
    const files: { layer: string; file: string; rowCount: number }[] = [];
    let row = 0;
    const base = await copyRows(context, "base", {
      schema: BaseRow,
      change(sample) {
        row += 1;
        if (!isKept(row - 1)) return null;
        if (editOf.has(sample.uid)) editedPlaces.push(kept.size);
        kept.add(sample.uid);
        return edited(sample, editOf.get(sample.uid), "text");
      },
    });
    files.push(base);
    const others = [
      { layer: "refined", copy: () => copyRows(context, "refined", { schema: RefinedRow, change: changeRefined }) },
      { layer: "scores", copy: () => copyRows(context, "scores", { schema: ScoreRow, change: changeScore }) },
      { layer: "thumbnails", copy: () => copyRows(context, "thumbnails", { schema: ThumbnailRow, change: keepKept }) },
    ];
    for (const { layer, copy } of others) if (params.layers.includes(layer)) files.push(await copy());
    for (const layer of vectorLayers.filter((one) => params.layers.includes(one))) {
      const file = `${layer}.f16`;
      const vectors = keepVectors(await readFile(await inputs.path(file)), { file, rowCount: row, isKept });
      if (layer === "textEmbeddings") for (const place of editedPlaces) vectors.at(place)?.fill(0);
      await writeFile(join(workDir, file), Buffer.concat(vectors));
      files.push({ layer, file, rowCount: base.rowCount });
    }
    await Promise.all(files.map(({ file }) => write(file, join(workDir, file))));
    return { shard: params.shard, rowCount: base.rowCount, files, counts: { samples: base.rowCount } };

    function keepKept<T extends { uid: string }>(one: T): T | null {
      return kept.has(one.uid) ? one : null;
    }
    function changeRefined(one: RefinedRow): RefinedRow | null {
      return keepKept(one) && edited(one, editOf.get(one.uid), "positiveDescription");
    }
    /** The score of a text that was edited tells nothing of the new one. */
    function changeScore(one: ScoreRow): ScoreRow | null {
      const edit = editOf.get(one.uid);
      if (!edit || !keepKept(one)) return keepKept(one);
      return edit.field === "text" ? { ...one, textScore: null } : { ...one, positiveScore: null };
    }
  },
});

function edited<T>(row: T, edit: Edit | undefined, field: Edit["field"]): T {
  return edit?.field === field ? { ...row, [field]: edit.value } : row;
}

async function copyRows<T extends z.ZodObject>(
  { inputs, workDir, signal }: Context,
  layer: string,
  { schema, change }: { schema: T; change(row: z.output<T>): z.output<T> | null },
): Promise<{ layer: string; file: string; rowCount: number }> {
  const file = `${layer}.parquet`;
  const from = await inputs.path(file);
  const writer = createLayerWriter(join(workDir, file), schema);
  for await (const row of readLayer(from, schema)) {
    signal.throwIfAborted();
    const changed = change(row);
    if (changed) writer.append(changed);
  }
  return { layer, file, rowCount: writer.close().rowCount };
}

/** One bit a row, the first row the highest bit of the first byte. */
function toTest(base64: string): (row: number) => boolean {
  const bits = Buffer.from(base64, "base64");
  return (row) => (((bits[row >> 3] ?? 0) >> (7 - (row % 8))) & 1) === 1;
}

function keepVectors(
  bytes: Buffer,
  { file, rowCount, isKept }: { file: string; rowCount: number; isKept: (row: number) => boolean },
): Buffer[] {
  const width = rowCount === 0 ? 0 : bytes.length / rowCount;
  if (!Number.isInteger(width))
    throw new TaskError("layer_invalid", `${file} does not have a vector for each of ${rowCount} samples`, {
      fate: "final",
    });
  return Array.from({ length: rowCount }, (_, row) => bytes.subarray(row * width, (row + 1) * width)).filter((_, row) =>
    isKept(row),
  );
}
