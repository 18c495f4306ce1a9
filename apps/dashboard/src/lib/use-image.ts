import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Sample } from "@whetstone/schemas/api";
import { useEffect, useState } from "react";

const keptMs = 120_000;

/** The bytes come straight from the storage, by a link that lives for minutes; kept by content, so a fresh link does not load them anew. */
const imageQuery = ({ image, imageSha256 }: Pick<Sample, "image" | "imageSha256">) =>
  queryOptions({
    queryKey: ["image", imageSha256],
    queryFn: async ({ signal }) => {
      const response = await fetch(image.url, { headers: { range: image.range }, signal });
      if (!response.ok) throw new Error(`the storage answered ${response.status}`);
      return new Blob([await response.arrayBuffer()], { type: image.mediaType });
    },
    staleTime: Infinity,
    gcTime: keptMs,
    retry: 1,
  });

/** An address of the sample's image for an `<img>`; `isBroken` when it can't be had. */
export function useImage(sample: Pick<Sample, "image" | "imageSha256">): {
  src: string | undefined;
  isBroken: boolean;
} {
  const { data: blob, isError } = useQuery(imageQuery(sample));
  const [src, setSrc] = useState<string>();
  useEffect(() => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    setSrc(url);
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  return { src, isBroken: isError };
}
