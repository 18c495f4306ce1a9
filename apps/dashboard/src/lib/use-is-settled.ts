import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

const lookEveryMs = 80;
const longestMs = 1500;

/** True once what one came to see is there, its images included. What only stands beside it is asked for after that. */
export function useIsSettled(isFetched: boolean): boolean {
  const client = useQueryClient();
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    if (!isFetched || isSettled) return;
    const startedAt = performance.now();
    const timer = setInterval(() => {
      const isLate = performance.now() - startedAt > longestMs;
      if (isLate || client.isFetching({ queryKey: ["image"] }) === 0) setSettled(true);
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, [client, isFetched, isSettled]);
  return isSettled;
}
