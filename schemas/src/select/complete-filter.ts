import type { ColumnName } from "./check-filter.ts";
import { FilterError, quote, type Token, tokenize } from "./filter-tokens.ts";

export interface Completion {
  text: string;
  hint: string;
}
export interface Completions {
  /** The part of the text a choice replaces. */
  from: number;
  to: number;
  choices: Completion[];
}
interface Options {
  columns: readonly ColumnName[];
  /** The frequent values of a column of few. */
  valuesOf(column: string): readonly string[];
}

const operators: Record<ColumnName["kind"], [text: string, hint: string][]> = {
  number: [
    [">=", "at least"],
    ["<", "less than"],
    ["=", "equal"],
    ["!=", "other than"],
    ["<=", "at most"],
    [">", "more than"],
  ],
  category: [
    ["=", "is"],
    ["!=", "is not"],
    ["in", "is one of"],
    ["~", "contains"],
  ],
  text: [
    ["~", "contains"],
    ["!~", "does not contain"],
    ["=", "is"],
  ],
};
const maxChoices = 12;

/** What may be written at the caret: columns, comparisons, values or the words between conditions. */
export function completeFilter(text: string, caret: number, { columns, valuesOf }: Options): Completions {
  const before = text.slice(0, caret);
  const open = /"(?:[^"\\]|\\.)*$/s.exec(withoutStrings(before));
  const typedFrom = open ? open.index : (/[A-Za-z0-9_.]*$/.exec(before)?.index ?? caret);
  const typed = before.slice(typedFrom);
  const offered = choicesAfter(safeTokens(before.slice(0, typedFrom)), columns, valuesOf);
  const plain = typed.replace(/^"/, "").toLowerCase();
  const choices = offered
    .filter(({ text: choice }) => choice.replace(/^"/, "").toLowerCase().includes(plain) && choice !== typed)
    .toSorted((a, b) => rank(a.text, plain) - rank(b.text, plain))
    .slice(0, maxChoices);
  return { from: typedFrom, to: caret, choices };
}

const rank = (choice: string, typed: string) => (choice.replace(/^"/, "").toLowerCase().startsWith(typed) ? 0 : 1);
/** Whole strings blanked out, so that only an unfinished one is left. */
const withoutStrings = (text: string) => text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (whole) => " ".repeat(whole.length));

function safeTokens(text: string): Token[] {
  try {
    return tokenize(text);
  } catch (error) {
    if (error instanceof FilterError) return [];
    throw error;
  }
}

function choicesAfter(
  tokens: readonly Token[],
  columns: readonly ColumnName[],
  valuesOf: (column: string) => readonly string[],
): Completion[] {
  const last = tokens.at(-1);
  const names = columns.map(({ name, kind }) => ({ text: name, hint: kind }));
  const opening = [...names, { text: "not", hint: "the opposite" }, { text: "has", hint: "there is a value" }];
  if (!last || isWord(last, "and") || isWord(last, "or") || isWord(last, "not")) return opening;
  if (isWord(last, "has")) return names;
  const column = columns.find(({ name }) => last.type === "word" && last.text === name);
  if (column && !isWord(tokens.at(-2), "has")) return operators[column.kind].map(([text, hint]) => ({ text, hint }));
  const comparedName = comparedColumn(tokens);
  if (last.type === "sign" && last.text === "(" && comparedName === undefined) return opening;
  if (isWord(last, "in")) return [{ text: "(", hint: "a list of values" }];
  if (comparedName !== undefined && last.type === "sign" && last.text !== ")")
    return valuesOf(comparedName).map((value) => ({ text: quote(value), hint: "value" }));
  return [
    { text: "and", hint: "both" },
    { text: "or", hint: "either" },
  ];
}

/** The column whose value is about to be written. */
function comparedColumn(tokens: readonly Token[]): string | undefined {
  const place = tokens.findLastIndex(
    (token) => (token.type === "sign" && /^[=<>~!]/.test(token.text)) || isWord(token, "in"),
  );
  const column = tokens[place - 1];
  const isClosed = tokens.slice(place + 1).some((token) => token.type === "sign" && token.text === ")");
  return !isClosed && column?.type === "word" ? column.text : undefined;
}

const isWord = (token: Token | undefined, text: string) => token?.type === "word" && token.text === text;
