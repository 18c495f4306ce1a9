import type { EvaluationScores } from "@whetstone/schemas/api";
import { formatFigure, formatInterval } from "./format-figure.ts";
import { type Html, markup } from "./markup.ts";

type Row = readonly (string | number | null)[];
const shown = 20;

/** The tables a task's scores hold, folded away: worst classes, confusions, groups, subsets, corruptions, calibration. */
export function setTables(scores: EvaluationScores): Html {
  return markup`${tablesOf(scores).flatMap(({ title, head, rows }) =>
    rows.length === 0 ? [] : [fold({ title, head, rows: rows.slice(0, shown) })],
  )}`;
}

interface Table {
  title: string;
  head: readonly string[];
  rows: readonly Row[];
}

function tablesOf(scores: EvaluationScores): Table[] {
  switch (scores.type) {
    case "zero-shot-classification":
      return [...classTables(scores), groupTable(scores), calibrationTable(scores)];
    case "linear-probe":
    case "knn":
      return classTables(scores);
    case "multi-label-classification":
      return [
        {
          title: "Classes of lowest average precision",
          head: ["Class", "Images", "Average precision"],
          rows: scores.classes.map(({ name, count, averagePrecision }) => [name, count, percent(averagePrecision)]),
        },
      ];
    case "compositional-pairs":
      return [
        {
          title: "Subsets",
          head: ["Subset", "Pairs", "Accuracy", "95 % interval", "Chance"],
          rows: scores.subsets.map(({ name, count, accuracy, chance, interval }) => [
            name,
            count,
            percent(accuracy),
            formatInterval("accuracy", interval),
            percent(chance),
          ]),
        },
      ];
    case "robustness":
      return [
        {
          title: "Corruptions",
          head: ["Corruption", "1", "2", "3", "4", "5", "Mean"],
          rows: scores.corruptions.map(({ name, acc1, mean }) => [name, ...acc1.map(percent), percent(mean)]),
        },
      ];
    case "retrieval":
    case "association":
    case "tag-prediction":
    case "text-scores":
      return [];
  }
}

type Classified = Extract<EvaluationScores, { confusions: unknown }>;
type ZeroShot = Extract<EvaluationScores, { type: "zero-shot-classification" }>;

function classTables({ classes, confusions }: Classified): Table[] {
  return [
    {
      title: "Classes of lowest recall",
      head: ["Class", "Images", "Recall", "Precision", "F1"],
      rows: classes.map(({ name, count, recall, precision, f1 }) => [
        name,
        count,
        percent(recall),
        percent(precision),
        percent(f1),
      ]),
    },
    {
      title: "Most frequent mistakes",
      head: ["Label", "Predicted", "Images"],
      rows: confusions.map(({ label, predicted, count }) => [label, predicted, count]),
    },
  ];
}

function groupTable({ groups }: ZeroShot): Table {
  return {
    title: groups ? `Worst groups by ${groups.field}` : "Groups",
    head: ["Group", "Images", "acc1", "acc5"],
    rows:
      groups?.table.map(({ group, count, acc1, acc5 }) => [
        group,
        count,
        percent(acc1),
        acc5 === null ? "" : percent(acc5),
      ]) ?? [],
  };
}

function calibrationTable({ calibration }: ZeroShot): Table {
  return {
    title: `Calibration (ECE ${percent(calibration.ece)})`,
    head: ["Confidence from", "Images", "Mean confidence", "Accuracy"],
    rows: calibration.bins.map(({ low, count, confidence, accuracy }) => [
      percent(low),
      count,
      percent(confidence),
      percent(accuracy),
    ]),
  };
}

function fold({ title, head, rows }: Table): Html {
  return markup`<details>
    <summary>${title}</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head.map((name, i) => markup`<th${i === 0 ? null : markup` class="n"`}>${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              markup`<tr>
                ${row.map((cell, i) => markup`<td${i === 0 ? null : markup` class="n"`}>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

const percent = (value: number) => formatFigure("share", value);
