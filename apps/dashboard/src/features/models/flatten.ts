/** Values of nested objects by their path, as a table has them. */
export function flatten(value: object, path = ""): [string, string][] {
  return Object.entries(value).flatMap(([name, each]: [string, unknown]): [string, string][] => {
    const here = path === "" ? name : `${path}.${name}`;
    if (typeof each === "object" && each !== null && !Array.isArray(each)) return flatten(each, here);
    if (typeof each === "number") return [[here, String(Number(each.toPrecision(5)))]];
    return [[here, typeof each === "string" ? each : JSON.stringify(each)]];
  });
}
