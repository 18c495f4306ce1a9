import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { Run, TaskMap as Map } from "@whetstone/schemas/api";
import { useEffect, useMemo, useRef } from "react";
import { toCount } from "../../lib/numbers.ts";
import { taskMapQuery } from "./queries.ts";
import { countStates, states, toCells } from "./task-cells.ts";
import classes from "./task-map.module.css";
import { words } from "./words.ts";

const maxHeight = 220;

/** Every task of a run as a square, coloured by its state: as readable with a hundred thousand as with ten. */
export function TaskMap({ run }: { run: Run }) {
  const { data } = useQuery(taskMapQuery(run));
  const counts = useMemo(() => data && countStates(data), [data]);
  if (!data || !counts) return <Skeleton height={32} />;
  const present = states.filter(({ id }) => counts[id] > 0);
  return (
    <Stack gap={8} role="group" aria-label={words.map}>
      <Squares
        map={data}
        label={`${words.map}: ${present.map(({ id }) => `${counts[id]} ${words.states[id]}`).join(", ")}`}
      />
      <Group gap="md">
        {present.map(({ id, colour }) => (
          <Group key={id} gap={6} wrap="nowrap">
            <span className={classes.dot} style={{ background: colour }} aria-hidden />
            <Text size="xs" className="tabular">
              {toCount(counts[id])} {words.states[id]}
            </Text>
          </Group>
        ))}
      </Group>
    </Stack>
  );
}

function Squares({ map, label }: { map: Map; label: string }) {
  const { ref, width } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useMemo(() => {
    if (width === 0) return undefined;
    // Few tasks get large squares, many small ones, until a square has to stand for several.
    const pitch = [18, 14, 10, 7, 5].find((each) => fits(map.taskCount, width, each)) ?? 5;
    const columns = Math.max(1, Math.floor(width / pitch));
    return { pitch, cells: toCells(map, { columns, maxRows: Math.floor(maxHeight / pitch) }) };
  }, [map, width]);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!layout || !canvas.current || !context) return;
    const { pitch, cells } = layout;
    const scale = devicePixelRatio;
    canvas.current.width = Math.round(width * scale);
    canvas.current.height = Math.round(cells.rows * pitch * scale);
    context.scale(scale, scale);
    const gap = pitch > 7 ? 2 : 1;
    for (const [i, state] of cells.worst.entries()) {
      context.fillStyle = states[state]?.colour ?? "transparent";
      context.fillRect((i % cells.columns) * pitch, Math.floor(i / cells.columns) * pitch, pitch - gap, pitch - gap);
    }
  }, [layout, width]);

  return (
    <div ref={ref}>
      <canvas
        ref={canvas}
        className={classes.canvas}
        style={{ height: layout ? layout.cells.rows * layout.pitch : 32 }}
        role="img"
        aria-label={label}
      />
      {layout && layout.cells.perCell > 1 && (
        <Text size="xs" c="dimmed" mt={4}>
          {words.perSquare(layout.cells.perCell)}
        </Text>
      )}
    </div>
  );
}

const fits = (count: number, width: number, pitch: number): boolean =>
  Math.ceil(count / Math.max(1, Math.floor(width / pitch))) * pitch <= maxHeight;
