import classes from "./monitors-table.module.css";

/** The way a row goes, small; the row itself is its table. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const points = values.flatMap((value, i) => (value === null ? [] : [{ i, value }]));
  if (points.length < 2) return null;
  const low = Math.min(...points.map(({ value }) => value));
  const span = Math.max(...points.map(({ value }) => value)) - low;
  const y = (value: number) => (span === 0 ? 10 : 18 - (16 * (value - low)) / span);
  const line = points.map(({ i, value }) => `${(72 * i) / (values.length - 1)},${y(value)}`).join(" ");
  return (
    <svg viewBox="0 0 72 20" className={classes.spark} aria-hidden>
      <polyline points={line} className={classes.line} />
    </svg>
  );
}
