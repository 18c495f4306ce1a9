import { InvalidArgumentError } from "commander";

/** A whole number, zero or more, from the command line. */
export function toCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("give a whole number");
  return Number(text);
}

export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("give a number");
  return value;
}

/** Gathers a flag that may be given many times. */
export function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError("give JSON");
  }
}

/** JSON where it is some, else the word itself. */
export function toValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
