import { Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { plot, type PlotOptions } from "@observablehq/plot";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { strings } from "../strings.ts";
import classes from "./chart.module.css";
import { SimpleTable } from "./simple-table.tsx";

/** Told apart by most colour-blind eyes, on light and on dark; the same as in written reports. */
const palette = ["#4269d0", "#e0a100", "#ff725c", "#3caea3", "#3ca951", "#ff8ab7", "#a463f2", "#6f9cf0", "#9c6b4e"];

/** Room for an axis and its name below it, which would else lie on the last of its numbers. */
const axisPx = 42;

/** The colour of the i-th name. */
export const colourOf = (i: number): string => palette[i % palette.length] ?? "#8a8f98";

export interface ChartProps {
  title: string;
  /** What one sees, and how to read it. */
  caption: string;
  /** Several are drawn below one another, each with scales of its own. */
  options: (width: number) => PlotOptions | PlotOptions[];
  /** The same as numbers. */
  table: { head: string[]; rows: string[][] };
  legend?: { name: string; colour: string }[];
  /** A click on the mark under the pointer; marks that can be picked carry a tip. */
  onPick?: (datum: unknown) => void;
  /** Beside the title: how it is computed. */
  aside?: ReactNode;
}

/** A chart that fits its place and follows the scheme, with a table to switch to. */
export function Chart({ title, caption, options, table, legend = [], onPick, aside }: ChartProps) {
  const [view, setView] = useState("chart");
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Group gap={4} wrap="nowrap">
            <Title order={2}>{title}</Title>
            {aside}
          </Group>
          <SegmentedControl
            size="xs"
            value={view}
            onChange={setView}
            aria-label={`${title}: ${strings.charts.view}`}
            data={[
              { value: "chart", label: strings.charts.chart },
              { value: "table", label: strings.charts.table },
            ]}
          />
        </Group>
        <Text size="xs" c="dimmed">
          {caption}
        </Text>
        {legend.length > 1 && view === "chart" && (
          <Group gap="md">
            {legend.map(({ name, colour }) => (
              <Group key={name} gap={6} wrap="nowrap">
                <span className={classes.swatch} style={{ background: colour }} aria-hidden />
                <Text size="xs" className="foreign">
                  {name}
                </Text>
              </Group>
            ))}
          </Group>
        )}
        {view === "chart" ? (
          <Drawing title={title} options={options} {...(onPick ? { onPick } : {})} />
        ) : (
          <SimpleTable label={title} maxHeight={420} {...table} />
        )}
      </Stack>
    </Paper>
  );
}

function Drawing({ title, options, onPick }: Pick<ChartProps, "title" | "options" | "onPick">) {
  const { ref: sized, width } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(sized, place);
  useEffect(() => {
    if (!place.current || width === 0) return;
    const drawings = [options(width)].flat().map((each) => {
      const drawing = plot({ width, marginBottom: axisPx, style: { background: "transparent" }, ...each });
      // The page's policy allows no style sheet without its nonce; what Plot's says stands in ours.
      for (const style of drawing.querySelectorAll("style")) style.remove();
      // The whole is one picture with one name; names of its groups have no role to belong to.
      for (const group of drawing.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
      drawing.setAttribute("role", "img");
      drawing.setAttribute("aria-label", title);
      const pick = () => {
        const { value } = drawing as { value?: unknown };
        if (value !== null && value !== undefined) onPick?.(value);
      };
      if (onPick) drawing.addEventListener("click", pick);
      return drawing;
    });
    place.current.replaceChildren(...drawings);
  }, [width, options, onPick, title]);
  return <div ref={ref} className={onPick ? `${classes.frame} ${classes.pickable}` : classes.frame} />;
}
