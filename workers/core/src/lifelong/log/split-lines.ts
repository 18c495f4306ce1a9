const newline = 10;
const carriageReturn = 13;
const tab = 9;
const quote = 34;
/** A longer line is a quote that was never closed, or no text at all. */
const maxLineBytes = 1 << 20;

/** In place of a line's end: the line has a quoted cell, or goes on in the next chunk. */
const quoted = -1;
const incomplete = -2;

/** Cells of one line: starts[i]..ends[i] in `bytes`, quotes taken off. */
export interface Line {
  bytes: Uint8Array;
  count: number;
  starts: Int32Array;
  ends: Int32Array;
  /** Line in the file, from 1. */
  number: number;
  /** A quoted cell has no end. */
  isOpen: boolean;
}

/**
 * Cuts tab-separated text into lines and cells as it comes. `onLine` gets the same `Line` object every time. Quoted cells may hold
 * tabs, doubled quotes and line ends; blank lines are left out. Bytes of a chunk may be rewritten and are not kept: the next one may come in the same buffer.
 */
export function createLineSplitter(onLine: (line: Line) => void): { push(chunk: Uint8Array): void; finish(): void } {
  let rest: Uint8Array = new Uint8Array(0);
  let isFirst = true;
  const line: Line = {
    bytes: rest,
    count: 0,
    starts: new Int32Array(64),
    ends: new Int32Array(64),
    number: 0,
    isOpen: false,
  };

  function push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    if (isFirst && bytes.length >= 3) {
      isFirst = false;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    }
    // A copy, which `slice` of Node's Buffer is not.
    rest = new Uint8Array(bytes.subarray(cut(bytes, false)));
    // No line is that long: what has no line ends must not fill the memory.
    if (rest.length > maxLineBytes) finish();
  }
  function finish(): void {
    if (rest.length > 0) cut(rest, true);
    rest = new Uint8Array(0);
  }

  /** Gives out all whole lines and returns where the next one starts. */
  function cut(bytes: Uint8Array, isEnd: boolean): number {
    line.bytes = bytes;
    let start = 0;
    while (start < bytes.length) {
      const plainEnd = splitPlain(start, isEnd);
      if (plainEnd === incomplete) break;
      if (plainEnd !== quoted) {
        line.isOpen = false;
        line.number++;
        if (!isBlank(start, plainEnd)) onLine(line);
        start = plainEnd + 1;
        continue;
      }
      let end = bytes.indexOf(newline, start);
      if (end === -1 && !isEnd) break;
      if (end === -1) end = bytes.length;
      const first = end;
      let isWhole = splitCells(start, end);
      while (!isWhole && end < bytes.length && end - start < maxLineBytes) {
        const next = bytes.indexOf(newline, end + 1);
        if (next === -1 && !isEnd) return start;
        end = next === -1 ? bytes.length : next;
        isWhole = splitCells(start, end);
      }
      line.isOpen = !isWhole;
      if (!isWhole) end = first;
      line.number++;
      if (!isBlank(start, end)) {
        if (isWhole) unquote();
        onLine(line);
      }
      if (isWhole) for (let at = first; at < end; at = bytes.indexOf(newline, at + 1)) line.number++;
      start = end + 1;
    }
    return Math.min(start, bytes.length);
  }

  /** Cells of a line without quoted ones, which nearly all are, in one pass; answers where the line ends. */
  function splitPlain(start: number, isEnd: boolean): number {
    const { bytes } = line;
    let at = start;
    let cell = start;
    line.count = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte > quote) continue;
      if (byte === newline) break;
      if (byte === tab) {
        addCell(cell, at);
        cell = at + 1;
      } else if (byte === quote && at === cell) return quoted;
    }
    if (at === bytes.length && !isEnd) return incomplete;
    addCell(cell, at > cell && bytes[at - 1] === carriageReturn ? at - 1 : at);
    return at;
  }

  function addCell(start: number, end: number): void {
    if (line.count === line.starts.length) widen();
    line.starts[line.count] = start;
    line.ends[line.count++] = end;
  }

  function isBlank(start: number, end: number): boolean {
    return end === start || (end === start + 1 && line.bytes[start] === carriageReturn);
  }

  /** False when a quoted cell goes on beyond `end`. */
  function splitCells(start: number, end: number): boolean {
    const { bytes } = line;
    const stop = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    let at = start;
    line.count = 0;
    while (true) {
      let cellEnd = at;
      if (bytes[at] === quote && at < stop) {
        cellEnd = closingQuote(at + 1, stop);
        if (cellEnd === -1) return false;
        cellEnd++;
      }
      while (cellEnd < stop && bytes[cellEnd] !== tab) cellEnd++;
      addCell(at, cellEnd);
      if (cellEnd >= stop) return true;
      at = cellEnd + 1;
    }
  }

  function closingQuote(from: number, stop: number): number {
    for (let at = from; at < stop; at++) {
      if (line.bytes[at] !== quote) continue;
      if (at + 1 < stop && line.bytes[at + 1] === quote) at++;
      else return at;
    }
    return -1;
  }

  function unquote(): void {
    const { bytes, starts, ends } = line;
    for (let i = 0; i < line.count; i++) {
      if (bytes[starts[i] as number] !== quote || starts[i] === ends[i]) continue;
      let to = starts[i] as number;
      let isInside = false;
      for (let at = to; at < (ends[i] as number); at++) {
        if (bytes[at] !== quote) bytes[to++] = bytes[at] as number;
        else if (isInside && bytes[at + 1] === quote && at + 1 < (ends[i] as number))
          bytes[to++] = bytes[at++] as number;
        else isInside = !isInside;
      }
      ends[i] = to;
    }
  }

  function widen(): void {
    const starts = new Int32Array(line.starts.length * 2);
    const ends = new Int32Array(line.starts.length * 2);
    starts.set(line.starts);
    ends.set(line.ends);
    line.starts = starts;
    line.ends = ends;
  }

  return { push, finish };
}
