import { Button, Center, Skeleton, Stack, Table } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { PagedQuery } from "../lib/paged-query.ts";
import { strings } from "../strings.ts";
import { LoadError } from "./states.tsx";

export interface Column<T> {
  title: string;
  /** Numbers stand to the right and line up. */
  isNumber?: boolean;
  cell: (row: T) => ReactNode;
}

/** A list of the API as a table that grows page by page; draws its own waiting, failing and empty states. */
export function PagedTable<T extends { id: string }>({
  query,
  columns,
  label,
  empty,
}: {
  query: PagedQuery<T>;
  columns: Column<T>[];
  label: string;
  empty: ReactNode;
}) {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(query);
  if (isPending) return <Waiting />;
  if (error && !data) return <LoadError error={error} onRetry={() => void refetch()} />;
  const rows = data?.pages.flatMap((page) => page.data) ?? [];
  if (rows.length === 0) return empty;

  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={560}>
        <Table aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ title, isNumber }) => (
                <Table.Th key={title} ta={isNumber ? "right" : undefined}>
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                {columns.map(({ title, isNumber, cell }) => (
                  <Table.Td
                    key={title}
                    ta={isNumber ? "right" : undefined}
                    className={isNumber ? "tabular" : undefined}
                  >
                    {cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {hasNextPage && (
        <Center>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {strings.states.more}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Waiting() {
  return (
    <Stack gap="xs" role="status" aria-label={strings.states.loading}>
      {[90, 80, 85, 70].map((width) => (
        <Skeleton key={width} height={28} width={`${width}%`} />
      ))}
    </Stack>
  );
}
