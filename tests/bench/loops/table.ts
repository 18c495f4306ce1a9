export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? "" : `${(100 * share).toFixed(1)} %`;

/** Rows as lines of even columns: the first to the left, numbers to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  const align = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((cells) => cells.map(align).join("  ").trimEnd()).join("\n");
}
