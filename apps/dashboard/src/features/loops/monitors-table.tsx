import { Anchor, Badge, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Iteration } from "@whetstone/schemas/api";
import type { ReactNode } from "react";
import { HowComputed } from "../../components/how-computed.tsx";
import { toCount } from "../../lib/numbers.ts";
import { toShort } from "./format.ts";
import { LoopStatusBadge } from "./loop-status.tsx";
import { type MonitorRow, monitorGroups } from "./monitor-rows.ts";
import classes from "./monitors-table.module.css";
import { Sparkline } from "./sparkline.tsx";
import { words } from "./words.ts";

interface Props {
  iterations: Iteration[];
  promoted: number;
  /** The one looked at closer. */
  chosen: number;
}

/** Iterations as columns, monitors as rows; a column's head leads to what is behind it. */
export function MonitorsTable({ iterations, promoted, chosen }: Props) {
  const look = (number: number) => (number === chosen ? classes.chosen : undefined);
  const cells = (say: (iteration: Iteration) => ReactNode) =>
    iterations.map((iteration) => (
      <Table.Td key={iteration.number} ta="right" className={`tabular ${look(iteration.number) ?? ""}`}>
        {say(iteration)}
      </Table.Td>
    ));
  const width = iterations.length + 2;

  return (
    <Table.ScrollContainer minWidth={320}>
      <Table aria-label={words.monitors} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes.name}>{words.iteration}</Table.Th>
            <Table.Th className={classes.trend}>{words.trend}</Table.Th>
            {iterations.map(({ number, status }) => (
              <Table.Th key={number} ta="right" className={look(number)}>
                <Anchor
                  size="sm"
                  fw={600}
                  className={classes.column ?? ""}
                  aria-current={number === chosen ? "true" : undefined}
                  aria-label={`${words.iteration} ${number}`}
                  renderRoot={(props) => (
                    <Link
                      {...props}
                      to="."
                      search={(before) => ({ ...before, iteration: number, step: undefined, verdict: undefined })}
                      resetScroll={false}
                    />
                  )}
                >
                  {number === 0 ? `0 · ${words.base}` : number}
                </Anchor>
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  {number === promoted && (
                    <Badge size="sm" radius="sm" tt="none" color="indigo">
                      {words.inUse}
                    </Badge>
                  )}
                  {number > 0 && <LoopStatusBadge status={status} />}
                </Group>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <GroupRow title={words.groups.gate} width={width} />
          <Table.Tr>
            <Head title={words.groups.gate} of="loop_gate" />
            <Table.Td className={classes.trend} />
            {cells((iteration) => (
              <GateCell iteration={iteration} />
            ))}
          </Table.Tr>
          <Table.Tr>
            <Head title={words.alarms} of="loop_alarms" />
            <Table.Td className={classes.trend} />
            {cells(({ alarms }) => (
              <Stack gap={2} align="flex-end">
                {alarms.length === 0 && "–"}
                {alarms.map(({ code, isFatal }) => (
                  <Badge key={code} size="sm" radius="sm" tt="none" variant="light" color={isFatal ? "red" : "yellow"}>
                    {code}
                  </Badge>
                ))}
              </Stack>
            ))}
          </Table.Tr>
          {monitorGroups(iterations).map(({ title, rows }) => [
            <GroupRow key={title} title={title} width={width} />,
            ...rows.map((row) => (
              <Table.Tr key={row.title}>
                <Head title={row.title} of={row.of} />
                <Table.Td className={classes.trend}>
                  <Sparkline values={iterations.map(({ monitors }) => (monitors ? row.value(monitors) : null))} />
                </Table.Td>
                {cells((iteration) => (
                  <MonitorCell row={row} iteration={iteration} />
                ))}
              </Table.Tr>
            )),
          ])}
          <GroupRow title={words.groups.cost} width={width} />
          <CostRow title={words.samples} cells={cells(({ cost }) => toCount(cost.samples))} />
          <CostRow title={words.tokens} cells={cells(({ cost }) => toCount(cost.tokens))} />
          <CostRow title={words.gpuSeconds} cells={cells(({ cost }) => toShort(cost.gpuSeconds))} />
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function GroupRow({ title, width }: { title: string; width: number }) {
  return (
    <Table.Tr className={classes.group}>
      <Table.Th colSpan={width} scope="colgroup">
        <Text size="xs" fw={600}>
          {title}
        </Text>
      </Table.Th>
    </Table.Tr>
  );
}

function Head({ title, of }: { title: string; of?: string }) {
  return (
    <Table.Th scope="row" fw={400} className={classes.name}>
      <Group gap={2} wrap="nowrap">
        {title}
        {of !== undefined && <HowComputed of={of} />}
      </Group>
    </Table.Th>
  );
}

function CostRow({ title, cells }: { title: string; cells: ReactNode }) {
  return (
    <Table.Tr>
      <Head title={title} />
      <Table.Td className={classes.trend} />
      {cells}
    </Table.Tr>
  );
}

function MonitorCell({ row, iteration: { monitors } }: { row: MonitorRow; iteration: Iteration }) {
  const value = monitors ? row.value(monitors) : null;
  if (!monitors || value === null) return "–";
  const note = row.note?.(monitors);
  return (
    <>
      {row.say(value)}
      {note !== undefined && (
        <Text size="xs" c="dimmed" className="tabular">
          {note}
        </Text>
      )}
    </>
  );
}

/** Whether the gate let it in, and which of its checks did not. */
function GateCell({ iteration: { gate } }: { iteration: Iteration }) {
  if (!gate) return "–";
  return (
    <Stack gap={2} align="flex-end">
      <Text size="sm" fw={600} c={gate.passed ? "green" : "red"}>
        {gate.passed ? words.letIn : words.notLetIn}
      </Text>
      {gate.checks
        .filter(({ passed }) => !passed)
        .map(({ id }) => (
          <Text key={id} size="xs" c="dimmed">
            {`✗ ${words.checks[id]}`}
          </Text>
        ))}
    </Stack>
  );
}
