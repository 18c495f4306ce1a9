/** The best `k` ids of each of `count` queries, fed score by score. A relevant id loses every tie. */
export type TopK = {
  /** The worst kept score of each query: a lower one need not be offered. */
  floors: Float32Array;
  offer(query: number, id: number, score: number): void;
  /** Ids of a query from best to worst. */
  ids(query: number): Int32Array;
  /** Their scores. */
  scores(query: number): Float32Array;
};

export function createTopK(count: number, k: number, isRelevant: (query: number, id: number) => boolean): TopK {
  const scores = new Float32Array(count * k).fill(-Infinity);
  const ids = new Int32Array(count * k).fill(-1);
  const floors = new Float32Array(count).fill(-Infinity);

  return {
    floors,
    offer(query, id, score) {
      const start = query * k;
      let slot = start + k - 1;
      if (score < (scores[slot] ?? 0)) return;
      const yields = isRelevant(query, id);
      const isBetter = (other: number) => score > other || (score === other && !yields);
      if (!isBetter(scores[slot] ?? 0)) return;
      for (; slot > start && isBetter(scores[slot - 1] ?? 0); slot--) {
        scores[slot] = scores[slot - 1] ?? 0;
        ids[slot] = ids[slot - 1] ?? -1;
      }
      scores[slot] = score;
      ids[slot] = id;
      floors[query] = scores[start + k - 1] ?? 0;
    },
    ids: (query) => ids.subarray(query * k, (query + 1) * k),
    scores: (query) => scores.subarray(query * k, (query + 1) * k),
  };
}
