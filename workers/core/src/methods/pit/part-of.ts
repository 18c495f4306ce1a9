export const parts = ["imitate", "judge", "improve"] as const;
export type Part = (typeof parts)[number];

/** Which third of the preferences a query is in: by its id alone (FNV-1a), so that no part ever sees another's queries. */
export function partOf(queryId: string): Part {
  let hash = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(queryId)) hash = Math.imul(hash ^ unit, 0x01000193);
  return parts[(hash >>> 8) % parts.length] ?? "imitate";
}
