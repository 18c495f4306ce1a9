import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Sample } from "@whetstone/schemas/api";
import { useEffect, useState } from "react";
import { fetchRange } from "./fetch-range.ts";

/** Long enough to scroll back a little; thousands of images go by in a minute. */
const keptMs = 15_000;
/** An image that scrolls by in less is not asked for at all. */
const glanceMs = 100;
let scrolledAt = -Infinity;
addEventListener("scroll", () => (scrolledAt = performance.now()), { passive: true });
export type Pictured = Pick<Sample, "image" | "imageSha256" | "thumbnail">;

/** The bytes come straight from the storage, by a link that lives for minutes; kept by content, so a fresh link does not load them anew. */
const imageQuery = ({ image, imageSha256, thumbnail }: Pictured, isSmall: boolean) => {
  const link = isSmall && thumbnail ? thumbnail : image;
  return queryOptions({
    queryKey: ["image", imageSha256, link === thumbnail],
    queryFn: async () => new Blob([await fetchRange(link.url, link.range)], { type: link.mediaType }),
    staleTime: Infinity,
    gcTime: keptMs,
    retry: 1,
  });
};

/** Whether an image is worth asking for: a small one that comes while one scrolls may only be flying by. */
export function useIsWanted(sample: Pictured, isSmall: boolean): boolean {
  const client = useQueryClient();
  const [isWanted, setWanted] = useState(
    () =>
      !isSmall ||
      performance.now() - scrolledAt > glanceMs ||
      client.getQueryData(imageQuery(sample, isSmall).queryKey) !== undefined,
  );
  useEffect(() => {
    if (isWanted) return;
    const timer = setTimeout(() => setWanted(true), glanceMs);
    return () => clearTimeout(timer);
  }, [isWanted]);
  return isWanted;
}

/** An address of the sample's image for an `<img>`, of its thumbnail where a small one will do; `isBroken` when it can't be had. */
export function useImage(sample: Pictured, isSmall: boolean): { src: string | undefined; isBroken: boolean } {
  const { data: blob, isError } = useQuery(imageQuery(sample, isSmall));
  const [src, setSrc] = useState<string>();
  useEffect(() => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    setSrc(url);
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  return { src, isBroken: isError };
}
