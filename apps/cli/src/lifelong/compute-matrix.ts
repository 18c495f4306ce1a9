import { readFile, stat, writeFile } from "node:fs/promises";
import { measureMatrix, parseMatrixCsv, parseMatrixJson } from "@whetstone/core/lifelong/matrix";
import type { Client } from "@whetstone/schemas/client";
import type { MatrixFlags } from "../commands/lifelong-matrix.ts";
import { CliError } from "../errors.ts";
import { formatTable, type Output } from "../output.ts";
import { asUsage } from "./as-usage.ts";

const maxBytes = 64 * 1024 ** 2;

/** Reads an accuracy matrix and tells what every suite makes of it; with a stream, the API keeps it there. */
export async function computeMatrix(
  path: string,
  { out, stream, lifetime }: MatrixFlags,
  { output, api }: { output: Output; api: Client | undefined },
): Promise<void> {
  const text = await readText(path);
  const isJson = /\.json$/i.test(path) || /^\s*[[{]/.test(text);
  const matrix = await asUsage(async () => (isJson ? parseMatrixJson(text, path) : parseMatrixCsv(text, path)));
  const metrics = measureMatrix(matrix);
  if (out !== undefined)
    await writeFile(out, `${JSON.stringify({ tasks: matrix.tasks ?? null, metrics }, undefined, 2)}\n`).catch(
      (cause: unknown) => {
        throw new CliError(`${out} can't be written`, { cause, exitCode: 2 });
      },
    );
  const type = isJson ? "application/json" : "text/csv";
  const kept = api && stream !== undefined ? await api.streams.addMatrix(stream, { type, text }, lifetime) : undefined;
  const rows = metrics.map(({ suite, name, value, definition }) => [
    suite,
    name,
    value === null ? "-" : value.toFixed(4),
    definition,
  ]);
  const head = `${path}: ${matrix.scores.length} steps; R[i][j] is the score on task j after step i`;
  const foot = "-: the matrix lacks what it takes (a baseline row, a reference row, or some scores)";
  const place = kept ? [`kept as ${kept.id}, lifetime ${kept.lifetime} of ${kept.streamId}`] : [];
  output.print(
    { ...(kept ? { id: kept.id } : {}), metrics },
    [head, formatTable([["suite", "metric", "value", "definition"], ...rows]), foot, ...place].join("\n"),
  );
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > maxBytes) throw new CliError(`${path} is larger than 64 MiB`, { exitCode: 2 });
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`${path} can't be read`, { cause, exitCode: 2 });
  }
}
