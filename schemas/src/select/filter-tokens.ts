/** A piece of a filter's text; `from` and `to` say where it stands, so an error can point at it. */
export type Token = { from: number; to: number } & (
  | { type: "word"; text: string }
  | { type: "number"; value: number }
  | { type: "string"; value: string }
  | { type: "sign"; text: string }
);

/** What is wrong with a filter, and where. */
export class FilterError extends Error {
  readonly from: number;
  readonly to: number;

  constructor(message: string, { from, to }: { from: number; to: number }) {
    super(message);
    this.name = "FilterError";
    this.from = from;
    this.to = to;
  }
}

export const keywords = ["and", "or", "not", "in", "has", "true", "false"] as const;
const pattern =
  /(?<space>\s+)|(?<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_][A-Za-z0-9_.]*)|(?<string>"(?:[^"\\]|\\.)*")|(?<sign><=|>=|!=|!~|[=<>~(),])/suy;

/** A filter's text as tokens. Throws `FilterError` at the first character that begins none. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  while (from < text.length) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (!match?.groups) throw unreadable(text, from);
    const to = pattern.lastIndex;
    const { number, word, string, sign } = match.groups;
    if (number !== undefined) tokens.push({ type: "number", value: Number(number), from, to });
    if (word !== undefined) tokens.push({ type: "word", text: word, from, to });
    if (string !== undefined) tokens.push({ type: "string", value: unquote(string), from, to });
    if (sign !== undefined) tokens.push({ type: "sign", text: sign, from, to });
    from = to;
  }
  return tokens;
}

function unreadable(text: string, from: number): FilterError {
  if (text[from] === '"')
    return new FilterError('this text has no end; close it with a second "', { from, to: text.length });
  return new FilterError(`"${text[from]}" means nothing here; texts stand in double quotes`, { from, to: from + 1 });
}

/** A text as the language writes it. */
export const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const unquote = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\(.)/gs, "$1");
