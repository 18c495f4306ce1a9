const maxDigits = 17;
const maxExponent = 308;
const powers = Float64Array.from({ length: maxExponent + 1 }, (_, exponent) => Number(`1e${exponent}`));
const zero = 48;

/**
 * The number in bytes[start..end), or undefined when there is none. Read as pandas' default parser does (`precise_xstrtod`): up to 17
 * digits gathered in a double, then one scaling by a power of ten. Correctly rounded for up to 15 digits, at most an ulp or so off
 * beyond, which no metric feels.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const sign = bytes[at];
  const isNegative = sign === 45;
  if (isNegative || sign === 43) at++;
  let number = 0;
  let digits = 0;
  let exponent = 0;
  for (; at < end && isDigit(bytes[at]); at++) {
    if (digits < maxDigits) {
      number = number * 10 + ((bytes[at] as number) - zero);
      digits++;
    } else exponent++;
  }
  if (at < end && bytes[at] === 46) {
    at++;
    for (; at < end && isDigit(bytes[at]); at++) {
      if (digits >= maxDigits) continue;
      number = number * 10 + ((bytes[at] as number) - zero);
      digits++;
      exponent--;
    }
  }
  if (digits === 0) return undefined;
  if (at < end && ((bytes[at] as number) | 32) === 101) {
    const power = parsePower(bytes, at + 1, end);
    if (power === undefined) return undefined;
    exponent += power;
    at = end;
  }
  if (at !== end) return undefined;
  return scale(isNegative ? -number : number, exponent);
}

/** A non-negative whole number, or undefined. `3.0` counts as 3. */
export function parseWhole(bytes: Uint8Array, start: number, end: number): number | undefined {
  let number = 0;
  let at = start;
  for (; at < end && isDigit(bytes[at]); at++) number = number * 10 + ((bytes[at] as number) - zero);
  if (at === end && at > start && number <= Number.MAX_SAFE_INTEGER) return number;
  const decimal = parseDecimal(bytes, start, end);
  return decimal !== undefined && Number.isSafeInteger(decimal) && decimal >= 0 ? decimal : undefined;
}

function scale(number: number, exponent: number): number {
  if (exponent > maxExponent) return number === 0 ? 0 : number * Number.POSITIVE_INFINITY;
  if (exponent >= 0) return number * (powers[exponent] as number);
  if (exponent >= -maxExponent) return number / (powers[-exponent] as number);
  return number / (powers[Math.min(maxExponent, -exponent - maxExponent)] as number) / (powers[maxExponent] as number);
}

function parsePower(bytes: Uint8Array, start: number, end: number): number | undefined {
  const isNegative = bytes[start] === 45;
  let at = isNegative || bytes[start] === 43 ? start + 1 : start;
  if (at >= end) return undefined;
  let power = 0;
  for (; at < end; at++) {
    if (!isDigit(bytes[at])) return undefined;
    power = Math.min(power * 10 + ((bytes[at] as number) - zero), 100_000);
  }
  return isNegative ? -power : power;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}
