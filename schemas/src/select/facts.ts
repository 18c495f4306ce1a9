import type { BaseRow, RefinedRow, ScoreRow } from "../tasks/layers.ts";
import type { ColumnKind } from "./check-filter.ts";
import type { Fact } from "./columns.ts";

/** All that a version's layers say of one sample. */
export interface SampleRows {
  base: BaseRow;
  refined?: RefinedRow | undefined;
  score?: ScoreRow | undefined;
  /** Samples that look alike, this one included, and the place of the first of them. */
  duplicates: number;
  duplicateGroup: number | null;
}
export interface ColumnSource {
  name: string;
  kind: ColumnKind;
  layer: "base" | "refined" | "scores" | "metadata" | "reviews";
}
type Known = ColumnSource & { of(rows: SampleRows): Fact };

const metadataPrefix = "meta.";
const maxMetadataColumns = 16;
/** Metadata with more different values than this is searched as text. */
export const maxCategories = 10_000;

const base: Known[] = [
  known("text text base", ({ base: row }) => row.text),
  known("label category base", ({ base: row }) => row.label),
  known("width number base", ({ base: row }) => row.width),
  known("height number base", ({ base: row }) => row.height),
  known("aspect number base", ({ base: row }) => row.width / row.height),
  known("imageBytes number base", ({ base: row }) => row.imageBytes),
  known("imageFormat category base", ({ base: row }) => row.imageFormat),
  known("textLength number base", ({ base: row }) => lengthOf(row.text)),
  known("wordCount number base", ({ base: row }) => countWords(row.text)),
  known("duplicates number base", ({ duplicates }) => duplicates),
  known("duplicateGroup number base", ({ duplicateGroup }) => duplicateGroup),
];
const refined: Known[] = [
  known("isRefined category refined", (rows) => rows.refined !== undefined),
  known("positiveDescription text refined", (rows) => rows.refined?.positiveDescription ?? null),
  known("negativeDescription text refined", (rows) => rows.refined?.negativeDescription ?? null),
  known("positiveTags text refined", (rows) => rows.refined?.positiveTags.join(", ") ?? null),
  known("positiveLength number refined", (rows) => lengthOf(rows.refined?.positiveDescription)),
  known("tagCount number refined", (rows) => rows.refined?.positiveTags.length ?? null),
  known("isRepaired category refined", (rows) => rows.refined?.isRepaired ?? null),
  known("latencyMs number refined", (rows) => rows.refined?.latencyMs ?? null),
  known("refiner category refined", (rows) => rows.refined?.refiner ?? null),
];
const scores: Known[] = [
  known("textScore number scores", ({ score }) => score?.textScore ?? null),
  known("positiveScore number scores", ({ score }) => score?.positiveScore ?? null),
  known("negativeScore number scores", ({ score }) => score?.negativeScore ?? null),
  known("margin number scores", ({ score }) => marginOf(score)),
];

/** The columns of a version that has these layers, in the order they are shown. */
export function columnsOfLayers(layers: readonly string[]): Known[] {
  return [...(layers.includes("scores") ? scores : []), ...base, ...(layers.includes("refined") ? refined : [])];
}

/** Metadata columns by what the first rows hold: numbers and short texts that a filter can name. */
export function metadataColumns(rows: readonly SampleRows[]): Known[] {
  const kinds = new Map<string, ColumnKind>();
  for (const { base: row } of rows)
    for (const [key, value] of Object.entries(parseMetadata(row.metadata))) {
      const kind = kindOfValue(value);
      if (!kind || !/^[A-Za-z0-9_.]{1,40}$/.test(key)) continue;
      const before = kinds.get(key);
      kinds.set(key, before === undefined || before === kind ? kind : "category");
    }
  return [...kinds].slice(0, maxMetadataColumns).map(([key, kind]) =>
    known(`${metadataPrefix}${key} ${kind} metadata`, ({ base: row }) => {
      const value = parseMetadata(row.metadata)[key];
      if (kind === "number") return typeof value === "number" ? value : null;
      return kindOfValue(value) ? (value as Fact) : null;
    }),
  );
}

/** A column by name, kind and layer, and what it says of a sample. */
function known(column: `${string} ${ColumnKind} ${ColumnSource["layer"]}`, of: Known["of"]): Known {
  const [name, kind, layer] = column.split(" ") as [string, ColumnKind, ColumnSource["layer"]];
  return { name, kind, layer, of };
}

function kindOfValue(value: unknown): ColumnKind | null {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "category";
  return typeof value === "string" && value.length <= 200 ? "category" : null;
}

function parseMetadata(json: string): Record<string, unknown> {
  if (json === "") return {};
  const value: unknown = JSON.parse(json);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const countWords = (text: string) => text.split(/\s+/).filter(Boolean).length;
const lengthOf = (text: string | undefined) => (text === undefined ? null : Array.from(text).length);

/** How much better the refined text fits than the one that is wrong on purpose: near zero, the model can't tell them apart. */
function marginOf(score: ScoreRow | undefined): number | null {
  if (typeof score?.positiveScore !== "number" || typeof score.negativeScore !== "number") return null;
  return score.positiveScore - score.negativeScore;
}
