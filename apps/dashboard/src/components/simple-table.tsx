import { ScrollArea, Table } from "@mantine/core";

/** A small table of text: the first column names the row, the rest line up on the right. Scrolls where it is wider than its place, or higher than it may be. */
export function SimpleTable({
  label,
  head,
  rows,
  maxHeight,
}: {
  label: string;
  head: string[];
  rows: string[][];
  maxHeight?: number;
}) {
  return (
    <ScrollArea.Autosize mah={maxHeight} viewportProps={{ tabIndex: 0, "aria-label": label, role: "region" }}>
      <Table aria-label={label} stickyHeader={maxHeight !== undefined}>
        <Table.Thead>
          <Table.Tr>
            {head.map((title, column) => (
              <Table.Th key={title} ta={column === 0 ? undefined : "right"}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells) => (
            <Table.Tr key={cells.join("\u0000")}>
              {head.map((title, column) => (
                <Table.Td key={title} ta={column === 0 ? undefined : "right"} className="foreign tabular">
                  {cells[column]}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
