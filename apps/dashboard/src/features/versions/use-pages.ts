import { useQueries } from "@tanstack/react-query";
import type { Sample } from "@whetstone/schemas/api";
import { useEffect, useState } from "react";
import { pageSize, type Shown } from "../../lib/samples-page.ts";
import { samplesQuery } from "./queries.ts";

/** The cursor before a place. In the order of the version a cursor is a place, so any page can be asked for. */
const cursorBefore = (place: number) => (place === 0 ? undefined : `row_${(place - 1).toString(36)}`);

export interface Pages {
  sampleAt(index: number): Sample | undefined;
  /** How many can be scrolled to now: all where each page can be asked for, else those up to the page after the last one seen. */
  reach: number;
  error: Error | null;
  retry(): void;
  isEmpty: boolean;
}

/** Samples a page at a time, only those pages that are looked at: what scrolled away is let go of, so memory stays flat. */
export function usePages(
  versionId: string,
  { shown, total, first, last }: { shown: Shown; total: number | undefined; first: number; last: number },
): Pages {
  const isPlain = shown.filter === undefined && shown.sort === undefined && shown.order !== "desc";
  const name = JSON.stringify([versionId, shown]);
  const [known, setKnown] = useState<{ name: string; cursors: (string | undefined)[]; isWhole: boolean }>({
    name,
    cursors: [undefined],
    isWhole: false,
  });
  const { cursors, isWhole } = known.name === name ? known : { cursors: [undefined], isWhole: false };
  const lastPage = isPlain ? Math.ceil((total ?? 0) / pageSize) - 1 : cursors.length - 1;
  const from = Math.min(Math.floor(first / pageSize), Math.max(0, lastPage));
  const to = Math.min(Math.floor(last / pageSize), Math.max(0, lastPage));
  const wanted = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const answers = useQueries({
    queries: wanted.map((page) =>
      samplesQuery(versionId, shown, isPlain ? cursorBefore(page * pageSize) : cursors[page]),
    ),
  });

  const newest = answers.at(-1)?.data;
  useEffect(() => {
    if (isPlain || !newest || to !== cursors.length - 1 || isWhole) return;
    setKnown({
      name,
      cursors: newest.has_more ? [...cursors, newest.last_id ?? undefined] : [...cursors],
      isWhole: !newest.has_more,
    });
  }, [isPlain, newest, to, cursors, isWhole, name]);

  const found = (cursors.length - 1) * pageSize + (isWhole ? (newest?.data.length ?? 0) : pageSize);
  const reached = newest || cursors.length > 1 ? Math.min(found, total ?? found) : 0;
  return {
    sampleAt: (index) => answers[Math.floor(index / pageSize) - from]?.data?.data[index % pageSize],
    reach: isPlain ? (total ?? 0) : reached,
    error: answers.find(({ error }) => error)?.error ?? null,
    retry: () => answers.forEach(({ error, refetch }) => void (error && refetch())),
    isEmpty: answers[0]?.data?.data.length === 0,
  };
}
