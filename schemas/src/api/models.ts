import { z } from "zod";
import { Id, Sha256 } from "./ids.ts";
import { Architecture } from "./recipe.ts";

/** Files of a model package as the trainer writes it. Other formats need fewer: `modelFormats`. */
export const packageFiles = [
  "model.json",
  "visual.onnx",
  "text.onnx",
  "tokenizer.json",
  "weights.safetensors",
] as const;
export const PackageFile = z.enum(packageFiles);
export type PackageFile = z.infer<typeof PackageFile>;

/** What a model may have: its package and, when it was trained here, the story of that training as Markdown. */
export const modelFiles = [...packageFiles, "card.md"] as const;
export const ModelFileName = z.enum(modelFiles);
export type ModelFileName = z.infer<typeof ModelFileName>;

/** What is done to an image before a model sees it: all of it, so that two readers of one model.json get the same floats. */
export const ImageInput = z.looseObject({
  size: z.int().min(1).max(2048),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number(), z.number(), z.number()]),
  /** `squash` resizes both sides to `size`; `shortest` keeps the shape, resizes the shorter side and crops the middle. */
  resize: z.enum(["squash", "shortest"]),
  /** Pillow's, antialiased. */
  interpolation: z.enum(["bicubic", "bilinear"]),
  /** With `shortest`: what the shorter side is resized to before the crop; `size` if not given. */
  shortestSide: z.int().min(1).max(4096).optional(),
  /** Where an odd pixel goes when the middle is cut out: `round` as torchvision (half to even), `floor` as transformers. */
  crop: z.enum(["round", "floor"]).optional(),
});
export type ImageInput = z.infer<typeof ImageInput>;

/** How token rows are made around the ids that `tokenizer.json` gives. */
export const TokenInput = z.object({
  padId: z.int().min(0),
  startId: z.int().min(0).nullable(),
  endId: z.int().min(0).nullable(),
  /**
   * What is done to a text before: `open-clip` as open_clip's own tokenizer (the default), `canonicalize` as SigLIP's (lower case, no
   * punctuation), `none` where tokenizer.json says it all.
   */
  cleaning: z.enum(["open-clip", "canonicalize", "none"]).optional(),
});
export type TokenInput = z.infer<typeof TokenInput>;

const described = {
  name: z.string(),
  embedDim: z.int().min(1),
  context: z.int().min(1),
  image: ImageInput,
  /** What cosines are multiplied with before a softmax or, with `logitBias`, a sigmoid. */
  logitScale: z.number(),
  logitBias: z.number().optional(),
  tokenizer: TokenInput,
};

/** The trainer's packages: graphs of this repository's names, with the weights to train on from. */
export const WhetstonePackage = z.looseObject({
  format: z.literal("whetstone-model/1"),
  architecture: Architecture,
  ...described,
});
export type WhetstonePackage = z.infer<typeof WhetstonePackage>;

const Port = z.object({ input: z.string().min(1).max(200), output: z.string().min(1).max(200) });
/** Graphs that others exported, read as they are; `attention_mask` is given to a text graph that asks for it. Can be judged, not trained. */
export const OnnxPackage = z.looseObject({
  format: z.literal("onnx-model/1"),
  ...described,
  graphs: z.object({ visual: Port, text: Port }),
});
export type OnnxPackage = z.infer<typeof OnnxPackage>;

/** A server that embeds: OpenAI's `/embeddings`, images as data URLs in vLLM's form (`messages`) or infinity's and Jina's (`input`). */
export const EmbeddingEndpoint = z.object({
  format: z.literal("embedding-endpoint/1"),
  name: z.string(),
  embedDim: z.int().min(1),
  logitScale: z.number(),
  logitBias: z.number().optional(),
  baseUrl: z.url({ protocol: /^https?$/ }),
  model: z.string().min(1).max(200),
  imageForm: z.enum(["messages", "data-url", "image-object"]),
  /** Name of a secret the runner holds (`WHETSTONE_SECRET_<NAME>`), never the secret itself. */
  apiKeySecret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .optional(),
  batchSize: z.int().min(1).max(2048).default(16),
  concurrency: z.int().min(1).max(256).default(4),
  timeoutMs: z.int().min(100).max(600_000).default(60_000),
  maxRetries: z.int().min(0).max(10).default(4),
});
export type EmbeddingEndpoint = z.infer<typeof EmbeddingEndpoint>;

/** `model.json`: everything a reader needs to use the other files. */
export const ModelPackage = z
  .discriminatedUnion("format", [WhetstonePackage, OnnxPackage, EmbeddingEndpoint])
  .meta({ id: "ModelPackage" });
export type ModelPackage = z.infer<typeof ModelPackage>;

/** The files that a model of each format consists of. */
export const modelFormats = {
  "whetstone-model/1": packageFiles,
  "onnx-model/1": ["model.json", "visual.onnx", "text.onnx", "tokenizer.json"],
  "embedding-endpoint/1": ["model.json"],
} as const satisfies Record<ModelPackage["format"], readonly PackageFile[]>;

export const ModelFile = z.object({ name: ModelFileName, sizeBytes: z.int(), sha256: Sha256 });

export const Model = z
  .object({
    id: Id("model"),
    object: z.literal("model"),
    name: z.string(),
    number: z.int().meta({ description: "counts up among models of one name" }),
    parentId: Id("model").nullable(),
    runId: Id("run").nullable().meta({ description: "the training run, null when uploaded" }),
    versionId: Id("version").nullable().meta({ description: "the data it was trained on" }),
    hash: Sha256.meta({ description: "of weights.safetensors; of visual.onnx or model.json where a format has none" }),
    files: z.array(ModelFile),
    metrics: z.record(z.string(), z.unknown()),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Model" });
export type Model = z.infer<typeof Model>;

/** Register a package from completed uploads, one a file; `format` in its model.json says which files it needs. */
export const CreateModel = z
  .object({
    name: z.string().trim().min(1).max(100),
    files: z
      .array(z.object({ name: PackageFile, uploadId: Id("upload") }))
      .min(1)
      .max(packageFiles.length),
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
