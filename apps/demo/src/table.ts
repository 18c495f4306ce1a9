import type { TextScores } from "@whetstone/schemas/api";
import type { z } from "zod";
import { type Scores, spread, type Summary } from "./summary.ts";

export interface Measured {
  summary: Summary;
  texts: z.infer<typeof TextScores>;
  seeds: { raw: Scores[]; hq: Scores[] };
  testSamples: number;
  classCount: number;
  /** Refinements that an earlier run of this stack had made already. */
  cacheHits: number;
}

const percent = (share: number | null): string => (share === null ? "" : `${(share * 100).toFixed(1)} %`);
const score = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : value.toFixed(2);

/** What the demo found, as two tables for a terminal. */
export function formatTables({ summary, texts, seeds, testSamples, classCount, cacheHits }: Measured): string {
  const { refine, evaluate } = summary;
  const seedCount = seeds.raw.length;
  const acc1 = (arm: "raw" | "hq"): string => {
    const sd = spread(seeds[arm].map((scores) => scores.acc1));
    return `${percent(evaluate[arm].acc1)}${sd === undefined ? "" : ` ± ${(sd * 100).toFixed(1)}`}`;
  };
  const row = (name: string, scores: Scores, first = percent(scores.acc1)): string[] => [
    name,
    first,
    percent(scores.acc5),
    percent(scores.textToImageR1),
    percent(scores.imageToTextR1),
  ];
  return [
    `Texts of ${refine.ok} images, judged by a CLIP that learnt from other artwork (${refine.rejected} rejected, ${refine.samplesPerSecond.toFixed(1)} samples/s${cacheHits > 0 ? `, ${cacheHits} from the cache` : ""})`,
    columns([
      ["", "raw alt-text", "refined d+", "negative d-"],
      ["CLIP score", score(refine.clip.raw), score(refine.clip.positive), score(refine.clip.negative)],
      [
        "names the true label",
        percent(texts.label?.raw ?? null),
        percent(texts.label?.positive ?? null),
        percent(texts.label?.negative ?? null),
      ],
      ["tag F1 (t+)", "", refine.tagF1 === null ? "" : refine.tagF1.toFixed(3), ""],
    ]),
    "",
    `Models on ${testSamples} drawings of a vendor none of them saw, ${classCount} classes${seedCount > 1 ? `, mean of ${seedCount} seeds` : ""}`,
    columns([
      ["", "acc@1", "acc@5", "text→image R@1", "image→text R@1"],
      row("base, untouched", evaluate.base),
      row("tuned on raw text", evaluate.raw, acc1("raw")),
      row("tuned on refined text", evaluate.hq, acc1("hq")),
      ["pixel nearest neighbour (clean labels)", percent(evaluate.pixelNearestNeighbour.acc1), "", "", ""],
    ]),
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  const align = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((cells) => `  ${cells.map(align).join("   ")}`).join("\n");
}
