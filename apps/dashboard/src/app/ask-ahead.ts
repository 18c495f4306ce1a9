import { askEarly } from "../lib/early-answers.ts";
import { type Shown, toSamplesAsk } from "../lib/samples-page.ts";

const versionPath = /^\/versions\/(dsv_[0-9a-z]+)$/;

/** Asks at once for what the address alone says will be needed: the answers travel while the browser reads the code that draws them. */
export function askAhead({ pathname, search }: Location): void {
  if (pathname === "/sign-in") return;
  askEarly("/v1/session");
  const [, versionId] = versionPath.exec(pathname) ?? [];
  if (versionId === undefined) return;
  const path = `/v1/versions/${versionId}`;
  askEarly(path);
  const shown = readShown(new URLSearchParams(search));
  if (shown) askEarly(`${path}/samples?${new URLSearchParams(Object.entries(toSamplesAsk(shown)).map(toText))}`);
  for (const file of filesOf("version-page")) preload(file);
}

/** Files of a page that is loaded on demand; the build writes their names into the document. */
function filesOf(page: string): string[] {
  return document.querySelector<HTMLMetaElement>(`meta[name=${page}]`)?.content.split(" ") ?? [];
}

function preload(file: string): void {
  const link = Object.assign(document.createElement("link"), { rel: "modulepreload", crossOrigin: "", href: file });
  document.head.append(link);
}

function toText([name, value]: [string, string | number]): [string, string] {
  return [name, String(value)];
}

/** What of the samples is shown; undefined where another tab is open. */
function readShown(search: URLSearchParams): Shown | undefined {
  if (search.has("tab") && search.get("tab") !== "samples") return undefined;
  const [filter, sort, order] = ["filter", "sort", "order"].map((name) => readText(search.get(name)));
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort }),
    ...(order === "asc" || order === "desc" ? { order } : {}),
  };
}

/** The router writes a text that could be read as JSON as JSON. */
function readText(value: string | null): string | undefined {
  if (value === null) return undefined;
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === "string" ? read : undefined;
  } catch {
    return value;
  }
}
