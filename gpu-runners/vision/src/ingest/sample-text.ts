import { posix } from "node:path";
import { Uid } from "@whetstone/schemas/api";
import { type Checked, cleanAltText, decodeUtf8 } from "./alt-text.ts";
import type { ArchiveIndex } from "./archive-index.ts";
import { parseObject } from "./metadata-rows.ts";
import { keyOf, type Scan } from "./scan-archive.ts";

const textFields = ["caption", "text", "alt", "alt_text"];
const maxMetadataBytes = 8 * 1024;

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
  path: string,
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
    return fromFields(parseObject(Buffer.from(row.body).toString("utf8")) ?? {}, { scan });
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
  return fromFields(fields, { scan, ...(own && { text: own.ok }) });
}

/** Takes text, label and uid out of the fields; the rest is metadata. */
function fromFields(
  fields: Record<string, unknown>,
  { scan, text }: { scan: Scan; text?: string },
): Checked<SampleText> {
  const { label, uid, ...others } = fields;
  const textField = text === undefined ? textFields.find((name) => typeof others[name] === "string") : undefined;
  if (text === undefined && textField === undefined)
    return { code: "text_missing", detail: `it has no .txt and none of the fields ${textFields.join(", ")}` };
  const raw = text ?? String(others[textField ?? ""]);
  if (textField !== undefined) delete others[textField];
  const known = Uid.safeParse(typeof uid === "string" ? uid.toLowerCase() : uid);
  if (!known.success && uid !== undefined) others["uid"] = uid;
  return withText(raw, { label: toLabel(label, scan.classNames), uid: known.success ? known.data : null, others });
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

/** A class index becomes its name where the archive tells the names. */
function toLabel(label: unknown, classNames: string[] | null): string | null {
  if (typeof label !== "string" && typeof label !== "number") return null;
  const name = /^\d{1,7}$/.test(String(label)) ? classNames?.[Number(label)] : undefined;
  return (name ?? String(label)).normalize("NFC").trim().slice(0, 300) || null;
}
