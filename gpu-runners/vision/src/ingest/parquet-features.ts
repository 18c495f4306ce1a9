import { type FileMetaData, parquetSchema } from "hyparquet";
import { z } from "zod";

/** What a column is to us. A `label` holds one class index or name, `labels` several, `captions` a list of texts. */
export interface Feature {
  name: string;
  role: "image" | "label" | "labels" | "captions" | "other";
  /** Class names by index. */
  names?: string[];
}

const ClassLabel = z.object({ _type: z.literal("ClassLabel"), names: z.array(z.string()) });
const Image = z.object({ _type: z.literal("Image") });
const ListOf = z.union([
  z.tuple([z.unknown()]).transform(([item]) => item),
  z.object({ feature: z.unknown() }).transform(({ feature }) => feature),
]);
const Schema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });
const captionNames = new Set(["captions", "caption", "texts", "text", "sentences"]);

/** Columns with what Hugging Face's schema metadata says of them (key `huggingface`); without it names and Parquet types decide. */
export function readFeatures(metadata: FileMetaData): Feature[] {
  const described = describe(metadata);
  const columns = parquetSchema(metadata).children.map(({ element, children }) => {
    const isList = element.converted_type === "LIST" || element.logical_type?.type === "LIST";
    return { name: element.name, isList, isImage: children.some((child) => child.element.name === "bytes") };
  });
  const features = columns.map(({ name, isList, isImage }) => toFeature({ name, isList, isImage }, described[name]));
  // One label a sample: the column of that name, else the first class label.
  const labels = features.filter(({ role }) => role === "label");
  const chosen = labels.find(({ name }) => name === "label") ?? labels[0];
  return features.map((feature) =>
    feature.role === "label" && feature !== chosen ? { ...feature, role: "other" as const } : feature,
  );
}

function toFeature(
  { name, isList, isImage }: { name: string; isList: boolean; isImage: boolean },
  type: unknown,
): Feature {
  const label = ClassLabel.safeParse(type);
  if (label.success) return { name, role: "label", names: label.data.names };
  const item = ClassLabel.safeParse(ListOf.safeParse(type).data);
  if (item.success) return { name, role: "labels", names: item.data.names };
  if (Image.safeParse(type).success || isImage) return { name, role: "image" };
  if (isList && captionNames.has(name)) return { name, role: "captions" };
  if (name === "label" && !isList) return { name, role: "label" };
  return { name, role: "other" };
}

function describe({ key_value_metadata: pairs = [] }: FileMetaData): Record<string, unknown> {
  const text = pairs.find(({ key }) => key === "huggingface")?.value;
  if (text === undefined) return {};
  try {
    return Schema.parse(JSON.parse(text)).info.features;
  } catch {
    // Made by something else; the columns still speak for themselves.
    return {};
  }
}
