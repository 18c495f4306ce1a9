import type { Feature } from "./parquet-features.ts";

/** A row as a sample's fields: class labels by name, captions as a list of texts, bytes left out. */
export function toFields(row: Record<string, unknown>, features: readonly Feature[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { name, role, names } of features) {
    const value = toJson(row[name]);
    if (value === undefined || value === null) continue;
    if (role === "label") fields["label"] = value;
    else if (role === "labels")
      fields["labels"] = Array.isArray(value) ? value.map((item) => nameOf(item, names)) : value;
    else if (role === "captions") fields["captions"] = toTexts(value);
    else fields[name] = names ? nameOf(value, names) : value;
  }
  return fields;
}

function nameOf(value: unknown, names: readonly string[] | undefined): unknown {
  return typeof value === "number" ? (names?.[value] ?? value) : value;
}

/** Texts of a list of texts, or of a list of objects that hold one (COCO's `sentences`: `{raw}`). */
function toTexts(value: unknown): string[] {
  if (!Array.isArray(value)) return typeof value === "string" ? [value] : [];
  return value.flatMap((item: unknown) => {
    if (typeof item === "string") return [item];
    if (typeof item !== "object" || item === null) return [];
    const text = Object.entries(item).find(([name]) => ["raw", "caption", "text"].includes(name))?.[1] as unknown;
    return typeof text === "string" ? [text] : [];
  });
}

/** What JSON can hold of a Parquet value; undefined for bytes. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return undefined;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, toJson);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]));
  return typeof value === "number" && !Number.isFinite(value) ? undefined : value;
}
