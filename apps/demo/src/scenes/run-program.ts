import { type Attribute, attributes, type Scene, type Thing } from "./scene.ts";

const maxTokens = 64;

/** A program that has no value; the message says why. */
export class ProgramError extends Error {}

interface Reader {
  tokens: string[];
  things: readonly Thing[];
}

type Value = number | string;

/** The value of a program over a scene, as answers are written. The language is in docs/design/loops.md; it always ends. */
export function runProgram(program: string, { things }: Scene): string {
  const tokens = program.split(/\s+/).filter(Boolean);
  if (tokens.length > maxTokens) throw new ProgramError(`${tokens.length} tokens are more than ${maxTokens}`);
  const reader = { tokens, things };
  const left = readSum(reader);
  const sign = reader.tokens.shift();
  if (sign === undefined) return String(left);
  const isTrue = compare(left, readSum(reader), sign);
  if (reader.tokens.length > 0) throw new ProgramError(`nothing may follow, but ${reader.tokens[0]} does`);
  return isTrue ? "yes" : "no";
}

function compare(left: Value, right: Value, sign: string): boolean {
  if (sign === "=" && typeof left === typeof right) return left === right;
  const [a, b] = [toNumber(left, sign), toNumber(right, sign)];
  if (sign === ">") return a > b;
  if (sign === "<") return a < b;
  throw new ProgramError(`${sign} compares nothing`);
}

function readSum(reader: Reader): Value {
  let total = readValue(reader);
  for (let sign = reader.tokens[0]; sign === "+" || sign === "-"; sign = reader.tokens[0]) {
    reader.tokens.shift();
    const other = toNumber(readValue(reader), sign);
    total = toNumber(total, sign) + (sign === "+" ? other : -other);
  }
  return total;
}

function toNumber(value: Value, sign: string): number {
  if (typeof value === "string") throw new ProgramError(`${sign} takes numbers, and ${value} is a word`);
  return value;
}

function readValue(reader: Reader): Value {
  const first = take(reader, "a value");
  if (/^\d{1,4}$/.test(first)) return Number(first);
  if (first !== "things") throw new ProgramError(`a value is a number or begins with things, not with ${first}`);
  let left = reader.things;
  while (reader.tokens[0] === "|") {
    reader.tokens.shift();
    const stage = take(reader, "a stage");
    if (stage === "count") return left.length;
    if (isAttribute(stage)) return onlyOne(left, stage)[stage];
    left = narrow(left, stage, reader);
  }
  throw new ProgramError("a list of things is no value: end with count or an attribute");
}

function narrow(left: readonly Thing[], stage: string, reader: Reader): readonly Thing[] {
  if (stage === "where" || stage === "except") {
    const attribute = takeAttribute(reader);
    const word = take(reader, "a word");
    return left.filter((thing) => (thing[attribute] === word) === (stage === "where"));
  }
  if (stage === "odd") {
    const attribute = takeAttribute(reader);
    const odd = left.filter((thing) => left.filter((other) => other[attribute] === thing[attribute]).length === 1);
    return [onlyOne(odd, `thing with a ${attribute} of its own`)];
  }
  const isBeside = places[stage];
  if (!isBeside) throw new ProgramError(`${stage} is no stage`);
  const name = take(reader, "a name");
  const middle = onlyOne(
    reader.things.filter((thing) => thing.name === name),
    `thing called ${name}`,
  );
  return left.filter((thing) => isBeside(thing.row - middle.row, thing.column - middle.column));
}

const places: Record<string, (down: number, right: number) => boolean> = {
  "left-of": (down, right) => down === 0 && right === -1,
  "right-of": (down, right) => down === 0 && right === 1,
  above: (down, right) => down === -1 && right === 0,
  below: (down, right) => down === 1 && right === 0,
  "row-of": (down, right) => down === 0 && right !== 0,
  "column-of": (down, right) => right === 0 && down !== 0,
};

function onlyOne(things: readonly Thing[], what: string): Thing {
  const [thing] = things;
  if (!thing || things.length > 1) throw new ProgramError(`${what}: there are ${things.length}, not one`);
  return thing;
}

function take(reader: Reader, what: string): string {
  const token = reader.tokens.shift();
  if (token === undefined) throw new ProgramError(`the program ends where ${what} should come`);
  return token;
}

function takeAttribute(reader: Reader): Attribute {
  const token = take(reader, "an attribute");
  if (!isAttribute(token)) throw new ProgramError(`${token} is no attribute`);
  return token;
}

function isAttribute(word: string): word is Attribute {
  return attributes.some((attribute) => attribute === word);
}
