import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Statistics, Version } from "@whetstone/schemas/api";
import { toBytes, toCount } from "../../lib/numbers.ts";
import { toFact } from "./format.ts";
import { columnsQuery } from "./queries.ts";
import { words } from "./words.ts";

type Line = [name: string, one: string, other: string];

/** What two versions hold as a whole, and of the columns those whose means differ. */
export function VersionsTable({ one, other }: { one: Version; other: Version }) {
  const [left, right] = [useQuery(columnsQuery(one.id)), useQuery(columnsQuery(other.id))];
  const lines: Line[] = [
    [words.samples, toCount(one.sampleCount), toCount(other.sampleCount)],
    [words.rejects, toCount(one.rejectCount), toCount(other.rejectCount)],
    [words.size, toBytes(one.sizeBytes), toBytes(other.sizeBytes)],
    [words.layers, one.layers.join(", "), other.layers.join(", ")],
    ...toMeans(left.data ?? null, right.data ?? null).filter(([, before, after]) => before !== after),
  ];
  return (
    <Table.ScrollContainer minWidth={420} maw={860}>
      <Table aria-label={words.asAWhole}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.asAWhole}</Table.Th>
            <Table.Th ta="right">{words.title(one.number)}</Table.Th>
            <Table.Th ta="right">{words.title(other.number)}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(([name, before, after]) => (
            <Table.Tr key={name}>
              <Table.Td className="foreign">{name}</Table.Td>
              <Table.Td ta="right" className="tabular">
                {before}
              </Table.Td>
              <Table.Td ta="right" className="tabular" fw={before === after ? undefined : 600}>
                {after}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Means of the number columns that either version has. */
function toMeans(one: Statistics | null, other: Statistics | null): Line[] {
  const meansOf = (statistics: Statistics | null) =>
    new Map(
      (statistics?.columns ?? []).flatMap(({ kind, name, mean }) => (kind === "number" ? [[name, mean] as const] : [])),
    );
  const [left, right] = [meansOf(one), meansOf(other)];
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => [
    words.meanOf(name),
    toFact(left.get(name)),
    toFact(right.get(name)),
  ]);
}
