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
export function parseMeasure(cell: Cell, isExact: boolean): number | string {
  if (cell.start === cell.end) return Number.NaN;
  const number = parseDecimal(cell.bytes, [cell.start, cell.end], isExact);
  if (number !== undefined) return Number.isFinite(number) ? number : "is too large for a double";
  const text = decodeCell(cell).trim();
  if (isMissing(text)) return Number.NaN;
  if (infinite.test(text)) return "is infinite; metrics need finite values";
  const again = Number(text);
  return text !== "" && Number.isFinite(again) ? again : `is not a number: "${text.slice(0, 40)}"`;
}

const pattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})\.(\d{1,6})$/;
const microsecondsPerDay = 86_400_000_000;

/** Reads l2logger's `20240131T235959.123456`, local to nowhere, as microseconds since 1970. Days are remembered: rows mostly share one. */
export function createTimeParser(): (cell: Cell) => number | string {
  let day = "";
  let dayUs = Number.NaN;
  return (cell) => {
    if (cell.start === cell.end) return Number.NaN;
    const text = decodeCell(cell);
    const parts = pattern.exec(text);
    if (!parts)
      return isMissing(text) ? Number.NaN : `must look like 20240131T235959.123456, not "${text.slice(0, 40)}"`;
    const [, year, month, date, hour, minute, second, fraction = ""] = parts;
    if (!text.startsWith(day) || day === "") {
      day = text.slice(0, 8);
      const ms = Date.UTC(Number(year), Number(month) - 1, Number(date));
      dayUs = new Date(ms).getUTCDate() === Number(date) ? ms * 1000 : Number.NaN;
    }
    const inDay = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1e6 + Number(fraction.padEnd(6, "0"));
    if (Number.isNaN(dayUs) || Number(minute) > 59 || Number(second) > 61 || inDay >= microsecondsPerDay + 2e6)
      return `is no time of the calendar: "${text}"`;
    return dayUs + inDay;
  };
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
