/** The split that the name of a file or folder begins with, as in `test-00000-of-00001.parquet`. */
export function splitOfName(name: string): string | undefined {
  const first = /^(train|test|validation|val)(?=[-_.]|$)/i.exec(name)?.[1]?.toLowerCase();
  return first === "val" ? "validation" : first;
}
