import { idPrefixes, type IdKind } from "@whetstone/schemas/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../lib/api.ts";
import { navPlaces } from "../../lib/nav-places.ts";
import { strings } from "../../strings.ts";
import { words } from "./words.ts";

/** Where the menu can lead. `hint` tells twins apart: of two things with one name, the later has the greater id. */
export interface Place {
  to: string;
  label: string;
  group: string;
  hint?: string;
}
interface Named {
  id: string;
  name?: string | null;
  kind?: string;
}

const { nav } = strings;
const perKind = 50;
const pathOf: Partial<Record<IdKind, string>> = {
  dataset: "/datasets",
  version: "/versions",
  run: "/runs",
  model: "/models",
  evaluation: "/evaluations",
  loop: "/loops",
  stream: "/streams",
  report: "/reports",
  schedule: "/schedules",
};

const [datasets, ...others] = navPlaces;
export const pages: readonly Place[] = [datasets, { to: "/datasets/new", label: words.newDataset }, ...others].map(
  (place) => ({ ...place, group: words.pages }),
);

/** The newest of everything that has a name; a kind this key may not list is left out. */
export const namedQuery = queryOptions({
  queryKey: ["named"],
  staleTime: 15_000,
  queryFn: async (): Promise<Place[]> => {
    const page = { limit: perKind, order: "desc" } as const;
    const kinds: [IdKind, string, Promise<{ data: Named[] }>][] = [
      ["dataset", nav.datasets, api.datasets.list(page)],
      ["run", nav.runs, api.runs.list(page)],
      ["model", nav.models, api.models.list(page)],
      ["evaluation", nav.evaluations, api.evaluations.list(page)],
      ["loop", nav.loops, api.loops.list(page)],
      ["stream", nav.lifelong, api.streams.list(page)],
      ["report", nav.reports, api.reports.list(page)],
    ];
    const lists = await Promise.allSettled(kinds.map(([, , list]) => list));
    return kinds.flatMap(([kind, group], i) => {
      const list = lists[i];
      return list?.status === "fulfilled" ? list.value.data.map((row) => toPlace(row, kind, group)) : [];
    });
  },
});

/** Those whose label or id has every word of the text, in any order; an id alone leads to what it names. */
export function findPlaces(text: string, places: readonly Place[]): Place[] {
  const asked = text.trim();
  const parts = asked.toLowerCase().split(/\s+/);
  const found = places.filter(({ label, hint, group }) => {
    const all = `${label} ${hint ?? ""} ${group}`.toLowerCase();
    return parts.every((part) => all.includes(part));
  });
  const byId = found.some(({ hint }) => hint === asked) ? undefined : toPlaceOfId(asked);
  return byId ? [byId, ...found] : found;
}

function toPlace({ id, name, kind }: Named, of: IdKind, group: string): Place {
  return { to: `${pathOf[of]}/${id}`, label: name ?? kind ?? id, group, hint: id };
}

function toPlaceOfId(id: string): Place | undefined {
  const prefix = /^([a-z]+)_[0-9a-f]{32}$/.exec(id)?.[1];
  const kind = (Object.keys(pathOf) as IdKind[]).find((each) => idPrefixes[each] === prefix);
  return kind && { to: `${pathOf[kind]}/${id}`, label: words.byId(id), group: words.pages };
}
