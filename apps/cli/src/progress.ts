import { formatBytes, formatCount, formatSeconds } from "./units.ts";

export interface Point {
  label: string;
  done: number;
  total: number;
  unit: string;
  elapsedMs: number;
  /** What it has cost so far, in words. */
  cost?: string | undefined;
  /** Speed of late; undefined while nothing is known of it. */
  perSecond: number | undefined;
}

const barWidth = 24;

/** One line: label, bar, share, rate and the time that is left. */
export function formatProgress(point: Point, columns: number): string {
  const { label, done, total, unit } = point;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const amount =
    unit === "bytes"
      ? `${formatBytes(done)}/${formatBytes(total)}`
      : `${formatCount(done)}/${formatCount(total)} ${unit}`;
  const filled = Math.round(share * barWidth);
  const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
  const line = `${label} ${bar} ${String(Math.floor(share * 100)).padStart(3)} % ${amount}${formatSpeed(point)}`;
  const withCost = point.cost ? `${line}  ${point.cost}` : line;
  if (withCost.length <= columns) return withCost;
  return line.length > columns ? `${label} ${Math.floor(share * 100)} % ${amount}`.slice(0, columns) : line;
}

function formatSpeed({ done, total, unit, elapsedMs, perSecond }: Point): string {
  if (perSecond === undefined || perSecond <= 0) return "";
  const rate = unit === "bytes" ? `${formatBytes(perSecond)}/s` : `${formatCount(perSecond)}/s`;
  const isOver = done >= total;
  return `  ${rate}  ${isOver ? `took ${formatSeconds(elapsedMs / 1000)}` : `${formatSeconds((total - done) / perSecond)} left`}`;
}

export interface ProgressBar {
  update(point: { done: number; total: number; unit: string; cost?: string }): void;
  /** Takes the line away, or leaves the last state standing. */
  end(): void;
}

export interface Terminal {
  write(text: string): void;
  isTTY: boolean;
  columns: number;
}

const redrawMs = 100;
const plainEveryMs = 10_000;
/** Speed is taken over this long, so that a slow start doesn't spoil the time left for good. */
const windowMs = 30_000;

/** A line that redraws itself on a terminal; into a pipe or a CI log, a plain line now and then. */
export function createProgressBar(
  label: string,
  terminal: Terminal = stderr(),
  now: () => number = () => performance.now(),
): ProgressBar {
  const startedAt = now();
  const everyMs = terminal.isTTY ? redrawMs : plainEveryMs;
  let lastDrawnAt = Number.NEGATIVE_INFINITY;
  let last: Point | undefined;
  let isLastDrawn = true;
  const speedOf = createSpeedometer();

  function draw(point: Point): void {
    const line = formatProgress(point, terminal.isTTY ? Math.max(20, terminal.columns - 1) : 200);
    terminal.write(terminal.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
    lastDrawnAt = now();
    isLastDrawn = true;
  }

  return {
    update({ done, total, unit, cost }) {
      last = {
        label,
        done,
        total,
        unit,
        cost,
        elapsedMs: now() - startedAt,
        perSecond: speedOf({ at: now(), done, unit }),
      };
      isLastDrawn = false;
      if (now() - lastDrawnAt >= everyMs) draw(last);
    },
    end() {
      if (last && !isLastDrawn) draw({ ...last, elapsedMs: now() - startedAt });
      if (last && terminal.isTTY) terminal.write("\n");
    },
  };
}

interface Mark {
  at: number;
  done: number;
  unit: string;
}

function createSpeedometer(): (mark: Mark) => number | undefined {
  let marks: Mark[] = [];
  return (mark) => {
    if (marks.at(-1)?.unit !== mark.unit) marks = [];
    marks.push(mark);
    while (marks.length > 2 && mark.at - (marks[1]?.at ?? mark.at) >= windowMs) marks.shift();
    const oldest = marks[0] ?? mark;
    const seconds = (mark.at - oldest.at) / 1000;
    return seconds >= 0.5 ? (mark.done - oldest.done) / seconds : undefined;
  };
}

function stderr(): Terminal {
  const { stderr: stream } = process;
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY && !process.env["CI"],
    columns: stream.columns ?? 80,
  };
}
