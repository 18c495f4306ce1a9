import type { RejectRow } from "@whetstone/schemas/tasks";

const maxLength = 10_000;

export type Checked<T> = { ok: T } | { code: RejectRow["code"]; detail: string };

/** Bytes as text, or the code for bytes that are none. */
export function decodeUtf8(bytes: Uint8Array): Checked<string> {
  try {
    return { ok: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { code: "text_invalid_utf8", detail: "its bytes are not UTF-8" };
  }
}

/** Alt-text as it is kept: NFC, on one line, without control characters. */
export function cleanAltText(raw: string): Checked<string> {
  // A decoder before us left U+FFFD where bytes made no sense; JSON can spell half a surrogate pair.
  if (!raw.isWellFormed() || raw.includes("\ufffd"))
    return { code: "text_invalid_utf8", detail: "it holds characters that are not Unicode text" };
  const text = raw
    .normalize("NFC")
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")
    // oxlint-disable-next-line no-control-regex -- these are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\ufeff]/g, "")
    .trim();
  if (text === "")
    return { code: "text_empty", detail: "nothing is left of it but white space and control characters" };
  if (text.length > maxLength)
    return { code: "text_too_long", detail: `it has ${text.length} characters; ${maxLength} are allowed` };
  return { ok: text };
}
