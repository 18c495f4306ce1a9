import { type RefObject, useLayoutEffect, useRef, useState } from "react";

/** How far down the page an element begins. Asked for when the page's size changes, not while one scrolls: each answer costs a layout. */
export function usePlace(): { sheet: RefObject<HTMLDivElement | null>; top: number } {
  const sheet = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop(sheet.current?.offsetTop ?? 0);
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  return { sheet, top };
}
