import type { Column, ColumnSource, ColumnSummary, Leaf, Mask } from "@whetstone/schemas/select";
import type { StoredRow } from "@whetstone/schemas/tasks";

export type SearchColumn = Exclude<Column, { kind: "text" }>;

/** Some of a version's rows, as filters, orders and statistics need them. Rows count from the segment's first. */
export interface Segment {
  rowCount: number;
  columns: readonly ColumnSource[];
  column(name: string): Promise<SearchColumn>;
  /** What the column holds as a whole; a number's histogram by these edges, else by its own. */
  summary(name: string, edges?: readonly number[]): Promise<{ summary: ColumnSummary; nanCount: number }>;
  mask(leaf: Leaf): Promise<Mask>;
  rows(rows: readonly number[]): Promise<StoredRow[]>;
  /** -1 where no row has it. */
  findUid(uid: string): Promise<number>;
}
