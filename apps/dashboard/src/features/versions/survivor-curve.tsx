import { Paper, Text } from "@mantine/core";
import { toCount } from "../../lib/numbers.ts";
import classes from "./sample-grid.module.css";
import { words } from "./words.ts";

interface Props {
  label: string;
  curve: readonly { value: number; survivors: number }[];
  rowCount: number;
}

/** How many would be left, were the clause's number another; the dashed line is the number it has. The same as a table for those who can't see it. */
export function SurvivorCurve({ label, curve, rowCount }: Props) {
  const [first, last] = [curve[0]?.value ?? 0, curve.at(-1)?.value ?? 1];
  const top = Math.max(1, ...curve.map(({ survivors }) => survivors));
  const x = (value: number) => ((value - first) / (last - first || 1)) * 100;
  const points = curve.map(({ value, survivors }) => `${x(value)},${50 - (survivors / top) * 48}`).join(" ");
  const now = Number(/-?[\d.]+(?:e[+-]?\d+)?$/i.exec(label)?.[0] ?? Number.NaN);
  const near = curve.reduce((a, b) => (Math.abs(b.value - now) < Math.abs(a.value - now) ? b : a));

  return (
    <Paper withBorder p="xs">
      <Text size="xs" ff="monospace" className="foreign">
        {label}
      </Text>
      <svg
        viewBox="0 0 100 52"
        preserveAspectRatio="none"
        className={classes.curve}
        role="img"
        aria-label={words.curve(label)}
      >
        <polyline points={points} className={classes.line} />
        {Number.isFinite(now) && <line x1={x(now)} x2={x(now)} y1={0} y2={52} className={classes.now} />}
      </svg>
      <Text size="xs" c="dimmed" className="tabular">
        {words.curveAt(String(Number(near.value.toPrecision(4))), toCount(near.survivors), toCount(rowCount))}
      </Text>
      <details className={classes.table}>
        <summary>{words.asTable}</summary>
        <table>
          <tbody>
            {curve.map(({ value, survivors }) => (
              <tr key={value}>
                <td>{Number(value.toPrecision(4))}</td>
                <td>{toCount(survivors)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Paper>
  );
}
