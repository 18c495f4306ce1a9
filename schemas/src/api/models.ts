import { z } from "zod";
import { Id, Sha256 } from "./ids.ts";
import { Architecture } from "./recipe.ts";

export const packageFiles = [
  "model.json",
  "visual.onnx",
  "text.onnx",
  "tokenizer.json",
  "weights.safetensors",
] as const;
export const PackageFile = z.enum(packageFiles);
export type PackageFile = z.infer<typeof PackageFile>;

/** `model.json` of a package: everything a reader needs to use the other files, format `whetstone-model/1`. */
export const ModelPackage = z
  .looseObject({
    format: z.literal("whetstone-model/1"),
    name: z.string(),
    architecture: Architecture,
    embedDim: z.int().min(1),
    context: z.int().min(1),
    image: z.looseObject({
      size: z.int().min(1).max(2048),
      mean: z.tuple([z.number(), z.number(), z.number()]),
      std: z.tuple([z.number(), z.number(), z.number()]),
      /** `squash` resizes both sides to `size`; `shortest` keeps the shape and crops the middle. */
      resize: z.enum(["squash", "shortest"]),
      interpolation: z.enum(["bicubic", "bilinear"]),
    }),
    logitScale: z.number(),
    tokenizer: z.object({ padId: z.int(), startId: z.int(), endId: z.int() }),
  })
  .meta({ id: "ModelPackage" });
export type ModelPackage = z.infer<typeof ModelPackage>;

export const ModelFile = z.object({ name: PackageFile, sizeBytes: z.int(), sha256: Sha256 });

export const Model = z
  .object({
    id: Id("model"),
    object: z.literal("model"),
    name: z.string(),
    number: z.int().meta({ description: "counts up among models of one name" }),
    parentId: Id("model").nullable(),
    runId: Id("run").nullable().meta({ description: "the training run, null when uploaded" }),
    versionId: Id("version").nullable().meta({ description: "the data it was trained on" }),
    hash: Sha256.meta({ description: "of weights.safetensors" }),
    files: z.array(ModelFile),
    metrics: z.record(z.string(), z.unknown()),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Model" });
export type Model = z.infer<typeof Model>;

/** Register a package from completed uploads, one a file. */
export const CreateModel = z
  .object({
    name: z.string().trim().min(1).max(100),
    files: z.array(z.object({ name: PackageFile, uploadId: Id("upload") })).length(packageFiles.length),
  })
  .meta({ id: "CreateModel" });
export type CreateModel = z.infer<typeof CreateModel>;

export const ModelDownload = z
  .object({
    object: z.literal("list"),
    data: z.array(ModelFile.extend({ url: z.url(), expiresAt: z.iso.datetime() })),
  })
  .meta({ id: "ModelDownload" });
export type ModelDownload = z.infer<typeof ModelDownload>;
