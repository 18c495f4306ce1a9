/** Grade from 1 to 10 at the start of a reply, before two bars or its end; null where there is none. */
export function parseGrade(reply: string): number | null {
  const match = /^\s*<?\s*(\d{1,2}(?:\.\d+)?)\s*>?\s*(?:\|\||$)/.exec(reply);
  const grade = Number(match?.[1] ?? Number.NaN);
  return grade >= 1 && grade <= 10 ? grade : null;
}
