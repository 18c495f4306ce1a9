import { FilterError, keywords, type Token, tokenize } from "./filter-tokens.ts";

export const comparisons = ["=", "!=", "<", "<=", ">", ">=", "~", "!~"] as const;
export type Comparison = (typeof comparisons)[number];
export type Value = number | string | boolean;
interface Span {
  from: number;
  to: number;
}

/** A condition on one column. `~` is "contains"; a comparison with a missing value is false, and so is its opposite. */
export type Leaf =
  | (Span & { type: "compare"; column: string; op: Comparison; value: Value })
  | (Span & { type: "in"; column: string; values: Value[] })
  | (Span & { type: "has"; column: string });
/** A filter as a tree. */
export type Filter =
  | Leaf
  | (Span & { type: "and"; parts: Filter[] })
  | (Span & { type: "or"; parts: Filter[] })
  | (Span & { type: "not"; part: Filter });

const maxCharacters = 4000;
const maxDepth = 40;

/** The tree of a filter's text, null for an empty one. Names and kinds of columns are `checkFilter`'s business. */
export function parseFilter(text: string): Filter | null {
  if (text.length > maxCharacters)
    throw new FilterError(`a filter has at most ${maxCharacters} characters`, { from: maxCharacters, to: text.length });
  const tokens = tokenize(text);
  if (tokens.length === 0) return null;
  const reader = createReader(tokens, text.length);
  const filter = readAny(reader, 0);
  const rest = reader.peek();
  if (rest) throw new FilterError("write and or or between two conditions", rest);
  return filter;
}

/** The conditions that all must hold: the parts of the outermost `and`, or the one there is. */
export function clausesOf(filter: Filter | null): Filter[] {
  if (!filter) return [];
  return filter.type === "and" ? filter.parts : [filter];
}

function createReader(tokens: readonly Token[], length: number) {
  let at = 0;
  const isWord = (token: Token | undefined, word: string) => token?.type === "word" && token.text === word;
  const isSign = (token: Token | undefined, sign: string) => token?.type === "sign" && token.text === sign;
  return {
    peek: () => tokens[at],
    next(expected: string): Token {
      const token = tokens[at];
      if (!token) throw new FilterError(`${expected} is missing at the end`, { from: length, to: length });
      at += 1;
      return token;
    },
    takeWord: (word: string): boolean => isWord(tokens[at], word) && (at += 1) > 0,
    takeSign: (sign: string): boolean => isSign(tokens[at], sign) && (at += 1) > 0,
  };
}
type Reader = ReturnType<typeof createReader>;

const readAny = (reader: Reader, depth: number): Filter => readChain(reader, { word: "or", depth, readPart: readAll });
const readAll = (reader: Reader, depth: number): Filter => readChain(reader, { word: "and", depth, readPart: readOne });

function readChain(
  reader: Reader,
  { word, depth, readPart }: { word: "and" | "or"; depth: number; readPart(reader: Reader, depth: number): Filter },
): Filter {
  const first = readPart(reader, depth);
  const parts = [first];
  while (reader.takeWord(word)) parts.push(readPart(reader, depth));
  return parts.length === 1 ? first : { type: word, parts, from: first.from, to: parts.at(-1)?.to ?? first.to };
}

function readOne(reader: Reader, depth: number): Filter {
  const start = reader.peek();
  const from = start?.from ?? 0;
  if (depth > maxDepth) throw new FilterError(`conditions nest deeper than ${maxDepth}`, start ?? { from, to: from });
  if (reader.takeWord("not")) {
    const part = readOne(reader, depth + 1);
    return { type: "not", part, from, to: part.to };
  }
  if (reader.takeSign("(")) {
    const inner = readAny(reader, depth + 1);
    return { ...inner, from, to: readSign(reader, ")").to };
  }
  if (reader.takeWord("has")) {
    const column = readColumn(reader);
    return { type: "has", column: column.text, from, to: column.to };
  }
  return readCondition(reader, from);
}

function readCondition(reader: Reader, from: number): Filter {
  const { text: column } = readColumn(reader);
  if (reader.takeWord("in")) {
    readSign(reader, "(");
    const values = [readValue(reader).value];
    while (reader.takeSign(",")) values.push(readValue(reader).value);
    return { type: "in", column, values, from, to: readSign(reader, ")").to };
  }
  const sign = reader.next("a comparison such as = or <");
  const op = comparisons.find((known) => sign.type === "sign" && sign.text === known);
  if (!op) throw new FilterError(`a comparison belongs here: ${comparisons.join(" ")} or in`, sign);
  const { value, to } = readValue(reader);
  return { type: "compare", column, op, value, from, to };
}

function readColumn(reader: Reader): { text: string; to: number } {
  const token = reader.next("a column");
  const isKeyword = token.type === "word" && keywords.some((word) => word === token.text);
  if (token.type !== "word" || isKeyword) throw new FilterError("the name of a column belongs here", token);
  return token;
}

function readSign(reader: Reader, sign: string): Token {
  const token = reader.next(sign);
  if (token.type === "sign" && token.text === sign) return token;
  throw new FilterError(`${sign} belongs here`, token);
}

function readValue(reader: Reader): { value: Value; to: number } {
  const token = reader.next("a value");
  if (token.type === "number" || token.type === "string") return token;
  if (token.type === "word" && token.text === "true") return { value: true, to: token.to };
  if (token.type === "word" && token.text === "false") return { value: false, to: token.to };
  throw new FilterError("a value belongs here: a number, a text in double quotes, true or false", token);
}
