import type { InputFile } from "@whetstone/schemas/tasks";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { inputPageKey } from "../object-keys.ts";
import type { TaskRow } from "./claim-tasks.ts";

/** A row is read at every claim and every page, so a task with more inputs than these keeps them in storage. */
const inputPageSize = 1000;
const maxPageBytes = 2_000_000;

type Named = { workspaceId: string; runId: string; id: string };
interface Page {
  inputs: InputFile[];
  hasMoreInputs: boolean;
}

/** What a task's row says of its inputs. Written before the row, again as the same bytes when a step is repeated. */
export async function placeInputs(
  ctx: Context,
  task: Named,
  inputs: InputFile[],
): Promise<{ inputs: InputFile[]; inputPages?: string[] }> {
  if (inputs.length <= inputPageSize) return { inputs };
  const sorted = inputs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const inputPages: string[] = [];
  for (let start = 0; start < sorted.length; start += inputPageSize) {
    const page = sorted.slice(start, start + inputPageSize);
    await ctx.storage.putIfAbsent(
      inputPageKey(task.workspaceId, { runId: task.runId, taskId: task.id, page: inputPages.length }),
      JSON.stringify(page),
      "application/json",
    );
    inputPages.push(page.at(-1)?.name ?? "");
  }
  return { inputs: [], inputPages };
}

/** Inputs of a task from `after` on; a page in storage may end before `limit` is reached. */
export async function readInputs(
  ctx: Context,
  row: TaskRow,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Page> {
  const { inputPages } = row;
  if (!inputPages) return pageOf(row.inputs, row.id, { after, limit });
  const found = after === undefined ? 0 : inputPages.findIndex((last) => after <= last);
  if (found < 0) throw noSuchInput(row.id, after ?? "");
  const isPageOver = inputPages[found] === after;
  const number = isPageOver ? found + 1 : found;
  if (number === inputPages.length) return { inputs: [], hasMoreInputs: false };
  const key = inputPageKey(row.workspaceId, { runId: row.runId, taskId: row.id, page: number });
  // Written by `placeInputs` and by nobody else.
  const inputs = JSON.parse(await ctx.storage.getText(key, { maxBytes: maxPageBytes })) as InputFile[];
  const page = pageOf(inputs, row.id, { after: isPageOver ? undefined : after, limit });
  return { ...page, hasMoreInputs: page.hasMoreInputs || number + 1 < inputPages.length };
}

function pageOf(
  inputs: readonly InputFile[],
  taskId: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Page {
  const start = after === undefined ? 0 : inputs.findIndex((file) => file.name === after) + 1;
  if (after !== undefined && start === 0) throw noSuchInput(taskId, after);
  return { inputs: inputs.slice(start, start + limit), hasMoreInputs: start + limit < inputs.length };
}

const noSuchInput = (taskId: string, name: string): AppError =>
  new AppError("invalid_cursor", `task ${taskId} has no input ${name}`);
