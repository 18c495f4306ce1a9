interface Wanted {
  start: number;
  end: number;
  resolve(bytes: ArrayBuffer): void;
  reject(error: unknown): void;
}

/** Ranges asked for within this time go together. */
const waitMs = 8;
/** Pieces of an object that lie this near are fetched as one: a request costs more than so many bytes that nobody asked for. */
const gapBytes = 64 * 1024;
const maxBytes = 1024 ** 2;
const waiting = new Map<string, Wanted[]>();

/** Bytes of a stored object by a `bytes=from-to` range. Small neighbours, such as a page's thumbnails, come in one request. */
export function fetchRange(url: string, range: string): Promise<ArrayBuffer> {
  const [start = 0, last = 0] = range.replace("bytes=", "").split("-").map(Number);
  return new Promise((resolve, reject) => {
    const queue = waiting.get(url) ?? [];
    if (queue.length === 0) setTimeout(() => void flush(url), waitMs);
    waiting.set(url, [...queue, { start, end: last + 1, resolve, reject }]);
  });
}

async function flush(url: string): Promise<void> {
  const queue = (waiting.get(url) ?? []).toSorted((a, b) => a.start - b.start);
  waiting.delete(url);
  const groups: Wanted[][] = [];
  for (const one of queue) {
    const group = groups.at(-1);
    const [first, last] = [group?.[0], group?.at(-1)];
    const isNear = first && last && one.start - last.end <= gapBytes && one.end - first.start <= maxBytes;
    if (isNear) group?.push(one);
    else groups.push([one]);
  }
  await Promise.all(groups.map((group) => fetchGroup(url, group)));
}

async function fetchGroup(url: string, group: readonly Wanted[]): Promise<void> {
  const start = group[0]?.start ?? 0;
  const end = Math.max(...group.map((one) => one.end));
  try {
    const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
    if (!response.ok) throw new Error(`the storage answered ${response.status}`);
    const bytes = await response.arrayBuffer();
    for (const one of group) one.resolve(bytes.slice(one.start - start, one.end - start));
  } catch (error) {
    for (const one of group) one.reject(error);
  }
}
