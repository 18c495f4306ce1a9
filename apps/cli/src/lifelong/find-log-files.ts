import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { CliError } from "../errors.ts";

const dataFile = "data-log.tsv";
const maxDepth = 8;
const inNumber = new Intl.Collator("en", { numeric: true });

/** Every data-log.tsv below a folder: workers by name, their blocks by number, so that rows equal in number are always in the same order. */
export async function findLogFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  await walk(folder, (path, names) => {
    if (names.includes(dataFile)) files.push(join(path, dataFile));
  });
  return files
    .map((path) => ({ path, parts: relative(folder, path).split(sep) }))
    .toSorted((a, b) => compare(a.parts, b.parts))
    .map(({ path }) => path);
}

/** Folders at or below this one that hold a logger_info.json, by name. */
export async function findLogFolders(folder: string): Promise<string[]> {
  const folders: string[] = [];
  await walk(folder, (path, names) => {
    if (names.includes("logger_info.json")) folders.push(path);
  });
  return folders.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Throws a CliError unless the folder is there and can be read. */
export async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new CliError(`${path} ${isDenied(cause) ? "may not be read" : "does not exist"}`, { cause, exitCode: 2 });
  });
  if (!found.isDirectory()) throw new CliError(`${path} is a file; give the folder of a log`, { exitCode: 2 });
}

export function isDenied(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EACCES" || code === "EPERM";
}

async function walk(folder: string, visit: (path: string, names: string[]) => void, depth = 0): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new CliError(`folder ${folder} can't be read`, { cause, exitCode: 2 });
  });
  visit(
    folder,
    entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name),
  );
  if (depth === maxDepth) return;
  for (const entry of entries) if (entry.isDirectory()) await walk(join(folder, entry.name), visit, depth + 1);
}

function compare(left: readonly string[], right: readonly string[]): number {
  for (const [i, part] of left.entries()) {
    const other = right[i] ?? "";
    if (part === other) continue;
    return inNumber.compare(part, other) || (part < other ? -1 : 1);
  }
  return left.length - right.length;
}
