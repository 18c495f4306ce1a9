import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** The API takes 4 MiB and 50,000 rows a batch. */
const maxChunkLength = 1_300_000;
const maxChunkRows = 20_000;

/** A piece of a table with the table's header, and the line of the file its first row stands in. */
export interface TableChunk {
  text: string;
  firstLine: number;
  rowCount: number;
}

/** A table in pieces the API takes. The same file always gives the same pieces, so that pushing it again adds nothing. */
export async function* readTableChunks(path: string): AsyncGenerator<TableChunk> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  let header: string | undefined;
  let rows: string[] = [];
  let [length, firstLine] = [0, 2];
  const toChunk = (): TableChunk => ({ text: [header, ...rows].join("\n"), firstLine, rowCount: rows.length });
  for await (const line of lines) {
    if (header === undefined) {
      header = line;
      continue;
    }
    if (rows.length > 0 && (rows.length === maxChunkRows || length + line.length > maxChunkLength)) {
      yield toChunk();
      firstLine += rows.length;
      [rows, length] = [[], 0];
    }
    rows.push(line);
    length += line.length + 1;
  }
  if (rows.length > 0 || firstLine === 2) yield toChunk();
}
