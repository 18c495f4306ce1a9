import { posix } from "node:path";
import { Uid } from "@whetstone/schemas/api";
import { type Checked, cleanAltText, decodeUtf8 } from "./alt-text.ts";
import type { ArchiveIndex } from "./archive-index.ts";
import type { Member } from "./archive-member.ts";
import { parseObject } from "./metadata-rows.ts";
import { readNpy } from "./npy.ts";
import { keyOf, type Scan } from "./scan-archive.ts";

const textFields = ["caption", "text", "alt", "alt_text"];
const maxMetadataBytes = 8 * 1024;
const maxNumbers = 64;

/** All that an archive says about one image. */
export interface SampleText {
  text: string;
  label: string | null;
  uid: string | null;
  /** Other fields, as JSON. */
  metadata: string;
  isMetadataDropped: boolean;
}

/** What names the sample an image belongs to: its path where a table lists images, else its WebDataset key. */
export function sampleKey(path: string, { layout }: Scan): string {
  return layout === "webdataset" ? keyOf(path).key : path;
}

/** Text, label and other fields of an image, from wherever this layout keeps them. */
export function findSampleText(
  { path, split }: Pick<Member, "path" | "split">,
  { index, scan }: { index: ArchiveIndex; scan: Scan },
): Checked<SampleText> {
  if (scan.layout === "folders") {
    const label = posix.basename(posix.dirname(path));
    return withText(label.replaceAll("_", " "), { label: path.includes("/") ? label : null });
  }
  const found = index.texts(sampleKey(path, scan));
  if (scan.layout === "metadata") {
    const row = found.get("row");
    if (!row) return { code: "text_missing", detail: "no row of the metadata names it" };
    return fromFields(parseObject(Buffer.from(row.body).toString("utf8")) ?? {}, { scan, split });
  }

  const txt = found.get("txt");
  const json = found.get("json");
  const cls = found.get("cls");
  const own = txt && decodeUtf8(txt.body);
  if (own && !("ok" in own)) return own;
  let fields: Record<string, unknown> = {};
  if (json) {
    const decoded = decodeUtf8(json.body);
    if (!("ok" in decoded)) return decoded;
    const object = parseObject(decoded.ok);
    if (!object) return { code: "metadata_invalid", detail: "its .json is not a JSON object" };
    fields = object;
  }
  if (cls && fields["label"] === undefined)
    fields = { ...fields, label: Buffer.from(cls.body).toString("utf8").trim() };
  const npy = found.get("npy");
  if (npy) fields = { ...withNumbers(npy.body, { scan, hasClass: cls !== undefined }), ...fields };
  if (!own) return fromFields(fields, { scan, split });
  if (scan.benchmark?.type !== "retrieval") return fromFields(fields, { scan, split, text: own.ok });
  return fromFields({ captions: toCaptions(own.ok), ...fields }, { scan, split });
}

/** CLIP_benchmark's captions: one a line, newlines in them written as `\\n`. */
function toCaptions(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.replaceAll("\\n", " ").trim());
  return lines.filter((line) => line !== "");
}

/** A `.npy` says which classes an image has, or, beside a `.cls`, is WILDS' row of metadata numbers. */
function withNumbers(body: Uint8Array, { scan, hasClass }: { scan: Scan; hasClass: boolean }): Record<string, unknown> {
  const numbers = readNpy(body);
  if (!numbers) return {};
  const names = scan.benchmark?.classNames ?? [];
  if (hasClass || scan.benchmark?.type === "classification" || names.length !== numbers.length)
    return { npy: numbers.slice(0, maxNumbers) };
  return { labels: names.filter((_, id) => (numbers[id] ?? 0) > 0) };
}

/** Takes text, label and uid out of the fields; the rest is metadata. Without a text the captions' first or the label's name stands for it. */
function fromFields(
  fields: Record<string, unknown>,
  { scan, split, text }: { scan: Scan; split?: string | undefined; text?: string },
): Checked<SampleText> {
  const { label: rawLabel, uid, ...others } = fields;
  const textField = text === undefined ? textFields.find((name) => typeof others[name] === "string") : undefined;
  const label = toLabel(rawLabel, scan.benchmark?.classNames ?? []);
  const raw =
    text ?? (textField === undefined ? standIn(others, label.isNamed ? label.name : null) : String(others[textField]));
  if (raw === undefined)
    return {
      code: "text_missing",
      detail: `it has no .txt, none of the fields ${textFields.join(", ")}, no captions and no label with a name`,
    };
  if (textField !== undefined) delete others[textField];
  if (label.index !== null) others["class_index"] = label.index;
  if (split !== undefined && others["split"] === undefined) others["split"] = split;
  const known = Uid.safeParse(typeof uid === "string" ? uid.toLowerCase() : uid);
  if (!known.success && uid !== undefined) others["uid"] = uid;
  return withText(raw, { label: label.name, uid: known.success ? known.data : null, others });
}

/** A text for a sample that has none of its own. */
function standIn(fields: Record<string, unknown>, label: string | null): string | undefined {
  const { captions, labels } = fields;
  if (Array.isArray(captions) && typeof captions[0] === "string") return captions[0];
  if (label !== null) return label.replaceAll("_", " ");
  if (Array.isArray(labels)) return labels.length > 0 ? labels.join(", ") : "none of the classes";
  return undefined;
}

function withText(
  raw: string,
  {
    label = null,
    uid = null,
    others = {},
  }: { label?: string | null; uid?: string | null; others?: Record<string, unknown> },
): Checked<SampleText> {
  const text = cleanAltText(raw);
  if (!("ok" in text)) return text;
  const metadata = JSON.stringify(others);
  const isMetadataDropped = Buffer.byteLength(metadata) > maxMetadataBytes;
  const note = `${Buffer.byteLength(metadata)} bytes of metadata were dropped; ${maxMetadataBytes} are kept`;
  return {
    ok: {
      text: text.ok,
      label,
      uid,
      metadata: isMetadataDropped ? JSON.stringify({ note }) : metadata,
      isMetadataDropped,
    },
  };
}

/** A class index becomes its name where the set tells the names; `isNamed` is false for a bare number. */
function toLabel(
  label: unknown,
  classNames: string[],
): { name: string | null; index: number | null; isNamed: boolean } {
  if (typeof label !== "string" && typeof label !== "number") return { name: null, index: null, isNamed: false };
  const isNumber = /^\d{1,7}$/.test(String(label));
  const found = isNumber ? classNames[Number(label)] : undefined;
  const name = (found ?? String(label)).normalize("NFC").trim().slice(0, 300) || null;
  return { name, index: found === undefined ? null : Number(label), isNamed: found !== undefined || !isNumber };
}
