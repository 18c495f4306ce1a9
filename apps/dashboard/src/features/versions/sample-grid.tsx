import { Text } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { Sample } from "@whetstone/schemas/api";
import { memo, useCallback, useEffect, useRef, useState } from "react";
import { SampleImage } from "../../components/sample-image.tsx";
import { Empty, LoadError } from "../../components/states.tsx";
import { toCount } from "../../lib/numbers.ts";
import { pageSize, type Shown } from "../../lib/samples-page.ts";
import classes from "./sample-grid.module.css";
import { useIsFlying } from "./use-is-flying.ts";
import { usePages } from "./use-pages.ts";
import { usePlace } from "./use-place.ts";
import { words } from "./words.ts";

const minCardPx = 148;
const textPx = 64;
const gapPx = 10;
/** Browsers draw no taller page than this; what lies beyond is reached by a filter or another order. */
const maxSheetPx = 30_000_000;

interface Props {
  versionId: string;
  shown: Shown;
  /** How many there are, once that is known. */
  total: number | undefined;
  openUid: string | undefined;
  onOpen: (sample: Sample | undefined, isStep: boolean) => void;
  /** Draws the open sample; `step` goes to a neighbour. */
  renderOpen: (uid: string, step: (by: -1 | 1) => void) => React.ReactNode;
}

/** Samples of a version, drawn only where one looks and fetched only there. */
export function SampleGrid({ versionId, shown, total, openUid, onOpen, renderOpen }: Props) {
  const { sheet, top, width } = usePlace();
  const columns = Math.max(2, Math.floor((width + gapPx) / (minCardPx + gapPx)));
  const cardPx = Math.max(80, Math.floor((width - gapPx * (columns - 1)) / columns));
  const rowPx = cardPx + textPx + gapPx;
  const [span, setSpan] = useState({ first: 0, last: 0 });
  const pages = usePages(versionId, { shown, total, ...span });
  const most = Math.floor(maxSheetPx / rowPx) * columns;
  const reach = Math.min(pages.reach, most);
  const { isFlying, onScroll } = useIsFlying();
  const rows = useWindowVirtualizer({
    count: width === 0 ? 0 : Math.ceil(reach / columns),
    estimateSize: () => rowPx,
    overscan: 2,
    // Scrolling must not wait for React; a row may come a frame later.
    useFlushSync: false,
    scrollMargin: top,
    onChange: onScroll,
  });
  useEffect(() => rows.measure(), [rows, rowPx]);
  const items = rows.getVirtualItems();
  const first = (items[0]?.index ?? 0) * columns;
  const last = Math.max(first, ((items.at(-1)?.index ?? 0) + 1) * columns - 1);
  // Only another page makes the grid draw once more: a row comes with every frame of fast scrolling.
  const [firstPage, lastPage] = [Math.floor(first / pageSize), Math.floor(last / pageSize)];
  useEffect(() => {
    if (!isFlying) setSpan({ first: firstPage * pageSize, last: lastPage * pageSize });
  }, [firstPage, lastPage, isFlying]);

  const place = useRef(-1);
  if (openUid !== undefined && pages.sampleAt(place.current)?.uid !== openUid)
    for (let index = first; index <= last; index += 1)
      if (pages.sampleAt(index)?.uid === openUid) place.current = index;
  const step = (by: -1 | 1) => {
    const next = pages.sampleAt(place.current + by);
    if (!next) return;
    place.current += by;
    rows.scrollToIndex(Math.floor(place.current / columns), { align: "auto" });
    onOpen(next, true);
  };

  const latest = useRef(onOpen);
  latest.current = onOpen;
  const open = useCallback((sample: Sample) => latest.current(sample, false), []);

  if (pages.error) return <LoadError error={pages.error} onRetry={pages.retry} />;
  return (
    <div>
      {pages.isEmpty && <NothingHere isFiltered={shown.filter !== undefined} />}
      <div ref={sheet} className={classes.sheet} style={{ height: rows.getTotalSize() }}>
        {items.map((row) => (
          <div
            key={row.key}
            className={isFlying ? `${classes.row} ${classes.waiting}` : classes.row}
            style={{
              height: cardPx + textPx,
              transform: `translateY(${row.start - rows.options.scrollMargin}px)`,
              gridTemplateColumns: `repeat(${columns}, ${cardPx}px)`,
            }}
          >
            {!isFlying &&
              placesOf(row.index, { columns, reach }).map((index) => {
                const sample = pages.sampleAt(index);
                return sample ? (
                  <Card key={index} sample={sample} sort={shown.sort} onOpen={open} />
                ) : (
                  <div key={index} className={classes.waiting} style={{ height: cardPx + textPx }} />
                );
              })}
          </div>
        ))}
      </div>
      {pages.reach > most && (
        <Text c="dimmed" size="sm" mt="md">
          {words.tooMany(toCount(most))}
        </Text>
      )}
      {openUid !== undefined && renderOpen(openUid, step)}
    </div>
  );
}

/** Places of a row; the last row may be short. */
const placesOf = (row: number, { columns, reach }: { columns: number; reach: number }): number[] =>
  Array.from({ length: Math.max(0, Math.min(columns, reach - row * columns)) }, (_, i) => row * columns + i);

function NothingHere({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title={words.noMatch} lead={words.noMatchLead} />
  ) : (
    <Empty title={words.noSamples} lead={words.noSamplesLead} />
  );
}

interface CardProps {
  sample: Sample;
  sort: string | undefined;
  onOpen: (sample: Sample) => void;
}

/** A sample in the grid. Plain elements: hundreds of these come and go in a second of scrolling. */
export const Card = memo(function Card({ sample, sort, onOpen }: CardProps) {
  const text = (sample.refinement?.positiveDescription ?? sample.text).slice(0, 300);
  const fact = sort === undefined ? undefined : sample.facts[sort];
  return (
    <div className={classes.card}>
      <button
        type="button"
        onClick={() => onOpen(sample)}
        className={classes.open}
        aria-label={text.slice(0, 200) || words.emptyText}
      >
        <SampleImage sample={sample} alt="" isSmall />
        {fact !== undefined && fact !== null && (
          <span className={classes.fact}>{typeof fact === "number" ? Number(fact.toPrecision(4)) : String(fact)}</span>
        )}
        <span dir="auto" className={classes.text}>
          {text || words.emptyText}
        </span>
      </button>
    </div>
  );
});
