import { decodeHTML } from "entities";

const terminalEscapes = /\x1b\[[\d;]*[A-Za-z]/g;
const ligatures = /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb04\ufb06]/g;
const wideOrNarrow = /[\u3000\uff01-\uffef]/g;
const controls = /[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;
const c1Controls = /[\u0080-\u009f]/g;
const windows1252 = new TextDecoder("windows-1252");

/**
 * The text as CLIP's tokenizer wants it: what open_clip does with ftfy and html.unescape, then lower case.
 * Only ftfy's repair of mojibake is left out.
 */
export function cleanText(text: string): string {
  const unescaped = text.includes("<") ? text : decodeHTML(text);
  const plain = unescaped
    .replace(terminalEscapes, "")
    .replace(c1Controls, (char) => windows1252.decode(Uint8Array.of(char.charCodeAt(0))))
    .replace(ligatures, (char) => char.normalize("NFKC"))
    .replaceAll("\ufb05", "\u017ft")
    .replace(wideOrNarrow, (char) => char.normalize("NFKC"))
    .replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(controls, "")
    .normalize("NFC");
  return decodeHTML(decodeHTML(plain)).replace(/\s+/g, " ").trim().toLowerCase();
}
