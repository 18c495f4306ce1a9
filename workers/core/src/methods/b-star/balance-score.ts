/** How well a query is served: enough different right texts, and little else beside them (B-STaR, eq. 3). Nothing selected is worth 0. */
export function balanceScore({ right, kept, target }: { right: number; kept: number; target: number }): number {
  return kept === 0 ? 0 : Math.min(right / target, 1) * (right / kept);
}

/** Texts wanted of each query: samples wanted over queries, rounded up. */
export function targetPerQuery({ samples, queries }: { samples: number; queries: number }): number {
  return Math.ceil(samples / queries);
}
