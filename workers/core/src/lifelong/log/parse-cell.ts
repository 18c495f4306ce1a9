import { parseDecimal } from "./parse-decimal.ts";

/** A cell is bytes[start..end), unquoted. A string in place of a value is the rule it breaks. */
export interface Cell {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** What pandas reads as missing. */
const missing = new Set(
  "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|n/a|nan|null".split("|"),
);
const infinite = /^[+-]?inf(inity)?$/i;
const utf8 = new TextDecoder();

export function decodeCell({ bytes, start, end }: Cell): string {
  return utf8.decode(bytes.subarray(start, end));
}

export function isMissing(text: string): boolean {
  return missing.has(text);
}

/** A measured value, NaN where there is none. */
export function parseMeasure(cell: Cell): number | string {
  if (cell.start === cell.end) return Number.NaN;
  const number = parseDecimal(cell.bytes, cell.start, cell.end);
  if (number !== undefined) return Number.isFinite(number) ? number : "is too large for a double";
  const text = decodeCell(cell).trim();
  if (isMissing(text)) return Number.NaN;
  if (infinite.test(text)) return "is infinite; metrics need finite values";
  const again = Number(text);
  return text !== "" && Number.isFinite(again) ? again : `is not a number: "${text.slice(0, 40)}"`;
}

const letterT = 84;
const dot = 46;
const dateLength = 8;
const secondsEnd = 15;
const microsecondsPerDay = 86_400_000_000;

/** Reads l2logger's `20240131T235959.123456`, local to nowhere, as microseconds since 1970. Days are remembered: rows mostly share one. */
export function createTimeParser(): (cell: Cell) => number | string {
  let day = Number.NaN;
  let dayUs = Number.NaN;
  return (cell) => {
    const { bytes, start, end } = cell;
    if (start === end) return Number.NaN;
    const fractionDigits = end - start - secondsEnd - 1;
    const date = readDigits(bytes, start, dateLength);
    const hour = readDigits(bytes, start + 9, 2);
    const minute = readDigits(bytes, start + 11, 2);
    const second = readDigits(bytes, start + 13, 2);
    const fraction = fractionDigits > 6 ? Number.NaN : readDigits(bytes, start + secondsEnd + 1, fractionDigits);
    const isMarked = bytes[start + dateLength] === letterT && bytes[start + secondsEnd] === dot && fractionDigits > 0;
    if (!isMarked || Number.isNaN(date + hour + minute + second + fraction)) return explain(cell);
    if (date !== day) {
      day = date;
      dayUs = toDayUs(date);
    }
    // A leap second is allowed.
    if (Number.isNaN(dayUs) || minute > 59 || second > 60 || hour > 23)
      return `is no time of the calendar: "${decodeCell(cell)}"`;
    return dayUs + (hour * 3600 + minute * 60 + second) * 1e6 + fraction * 10 ** (6 - fractionDigits);
  };
}

/** NaN when one of them is no digit. */
function readDigits(bytes: Uint8Array, start: number, count: number): number {
  let number = 0;
  for (let i = start; i < start + count; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function toDayUs(date: number): number {
  const days = Date.UTC(Math.floor(date / 10_000), (Math.floor(date / 100) % 100) - 1, date % 100) / 86_400_000;
  return new Date(days * 86_400_000).getUTCDate() === date % 100 ? days * microsecondsPerDay : Number.NaN;
}

function explain(cell: Cell): number | string {
  const text = decodeCell(cell);
  return isMissing(text) ? Number.NaN : `must look like 20240131T235959.123456, not "${text.slice(0, 40)}"`;
}

/** Turns a text cell into a code; a cell equal to the one before it is not decoded again. */
export function createCoder(code: (text: string) => number | string): (cell: Cell) => number | string {
  let last = new Uint8Array(0);
  let lastCode: number | string | undefined;
  return ({ bytes, start, end }) => {
    if (lastCode !== undefined && isSame(bytes, start, end)) return lastCode;
    last = bytes.slice(start, end);
    lastCode = code(utf8.decode(last));
    return lastCode;
  };

  function isSame(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== last.length) return false;
    for (let i = 0; i < last.length; i++) if (last[i] !== bytes[start + i]) return false;
    return true;
  }
}
