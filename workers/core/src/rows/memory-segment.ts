import {
  type Column,
  type ColumnSource,
  columnsOfLayers,
  countDuplicates,
  createColumn,
  maskOfLeaf,
  metadataColumns,
  type SampleRows,
  summarise,
} from "@whetstone/schemas/select";
import type { StoredRow } from "@whetstone/schemas/tasks";
import type { SearchColumn, Segment } from "./segment.ts";

/** The rows of a small version, held in memory. Columns are laid out as they are asked for. */
export function createMemorySegment(stored: readonly StoredRow[], layers: readonly string[]): Segment {
  const rows = withDuplicates(stored);
  const sources = [...columnsOfLayers(layers), ...metadataColumns(rows)];
  const made = new Map<string, { column: Column; nanCount: number }>();

  function build(name: string): { column: Column; nanCount: number } {
    const known = made.get(name);
    if (known) return known;
    const source = sources.find((one) => one.name === name);
    if (!source) throw new TypeError(`no column ${name}`);
    const builder = createColumn(source.kind);
    for (const row of rows) builder.append(source.of(row));
    const built = { column: builder.finish(), nanCount: builder.nanCount() };
    made.set(name, built);
    return built;
  }

  return {
    rowCount: rows.length,
    columns: sources.map(({ name, kind, layer }): ColumnSource => ({ name, kind, layer })),
    column: async (name) => toSearchable(build(name).column),
    summary: async (name, edges) => {
      const { column, nanCount } = build(name);
      return { summary: summarise(toSearchable(column), null, edges), nanCount };
    },
    mask: async (leaf) => maskOfLeaf(leaf, build(leaf.column).column),
    rows: async (wanted) =>
      wanted.flatMap((place) => {
        const [row, sample] = [stored[place], rows[place]];
        if (!row || !sample) return [];
        const facts = sources.filter(({ kind }) => kind !== "text").map(({ name, of }) => [name, of(sample)] as const);
        return [{ ...row, facts: Object.fromEntries(facts) }];
      }),
    findUid: async (uid) => stored.findIndex(({ base }) => base.uid === uid),
  };
}

function toSearchable(column: Column): SearchColumn {
  if (column.kind === "text") throw new TypeError("a text has no order and no statistics");
  return column;
}

function withDuplicates(stored: readonly StoredRow[]): SampleRows[] {
  const duplicatesOf = countDuplicates(
    stored.map(({ base }) => base),
    0,
  );
  return stored.map(({ base, refined, score }, row) => ({
    base,
    refined: refined ?? undefined,
    score: score ?? undefined,
    ...duplicatesOf(row),
  }));
}
