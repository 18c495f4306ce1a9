import { type RefCallback, useLayoutEffect, useState } from "react";

interface Place {
  top: number;
  width: number;
}

/**
 * How far down the page an element begins, and how wide it is: known before it is first painted, so that nothing is drawn for another
 * width. Asked for when the page's size or its own changes, not while one scrolls: each answer costs a layout.
 */
export function usePlace(): Place & { sheet: RefCallback<HTMLDivElement> } {
  const [sheet, setSheet] = useState<HTMLDivElement | null>(null);
  const [place, setPlace] = useState<Place>({ top: 0, width: 0 });
  useLayoutEffect(() => {
    if (!sheet) return;
    const measure = () => {
      const [top, width] = [sheet.offsetTop, sheet.clientWidth];
      setPlace((old) => (old.top === top && old.width === width ? old : { top, width }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    observer.observe(sheet);
    measure();
    return () => observer.disconnect();
  }, [sheet]);
  return { sheet: setSheet, ...place };
}
