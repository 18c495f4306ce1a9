import type { Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useRef, useState } from "react";

/** A row that is in sight for less can't be read. */
const glanceMs = 100;

/**
 * Whether rows fly by too fast to be read, as when one drags the scroll bar: they are then drawn as places, and nothing is asked for them.
 * One jump is no flight: where it ends is drawn at once.
 */
export function useIsFlying() {
  const [isFlying, setFlying] = useState(false);
  const last = useRef({ offset: 0, at: 0, isFast: false });
  const onScroll = useCallback((rows: Virtualizer<Window, Element>) => {
    const [offset, at] = [rows.scrollOffset ?? 0, performance.now()];
    const { isFast: wasFast, ...before } = last.current;
    const inSight = rows.scrollRect?.height ?? innerHeight;
    const isFast = rows.isScrolling && Math.abs(offset - before.offset) * glanceMs > inSight * (at - before.at);
    last.current = { offset, at, isFast };
    setFlying(isFast && wasFast);
  }, []);
  return { isFlying, onScroll };
}
