import { OnnxPackage } from "@whetstone/schemas/api";
import { z } from "zod";

/** The files of a Hugging Face folder that say how a CLIP or SigLIP is used, as parsed JSON. */
export type HfFolder = {
  name: string;
  config: unknown;
  preprocessor: unknown;
  tokenizer: unknown;
  tokenizerConfig: unknown;
  /** As trained, from the safetensors; null where the folder has none. */
  logitScale: number | null;
  logitBias: number | null;
};

const Config = z.looseObject({
  model_type: z.string(),
  projection_dim: z.int().optional(),
  logit_scale_init_value: z.number().optional(),
  text_config: z
    .looseObject({
      max_position_embeddings: z.int().optional(),
      hidden_size: z.int().optional(),
      projection_size: z.int().optional(),
    })
    .default({}),
});
const side = z.union([
  z.int(),
  z.object({ shortest_edge: z.int() }),
  z.object({ height: z.int(), width: z.int() }).refine(({ height, width }) => height === width, "must be a square"),
]);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const Preprocessor = z.looseObject({
  do_resize: z.literal(true).default(true),
  do_rescale: z.literal(true).default(true),
  do_normalize: z.boolean().default(true),
  do_center_crop: z.boolean().optional(),
  size: side,
  crop_size: side.optional(),
  resample: z.union([z.literal(2), z.literal(3)], "2 (bilinear) or 3 (bicubic) only").default(3),
  rescale_factor: z
    .number()
    .refine((factor) => Math.abs(factor - 1 / 255) < 1e-9, "must be 1/255")
    .default(1 / 255),
  image_mean: triple,
  image_std: triple,
});
const AddedToken = z.looseObject({ id: z.int(), content: z.string() });
const TokenizerJson = z.looseObject({
  added_tokens: z.array(AddedToken).default([]),
  model: z.looseObject({ vocab: z.union([z.record(z.string(), z.int()), z.array(z.unknown())]) }),
  post_processor: z.looseObject({ type: z.string() }).nullish(),
});
const Surround = z.union([
  z.looseObject({
    type: z.literal("RobertaProcessing"),
    cls: z.tuple([z.string(), z.int()]),
    sep: z.tuple([z.string(), z.int()]),
  }),
  z.looseObject({
    type: z.literal("TemplateProcessing"),
    single: z.array(z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }).optional() })),
    special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int()).min(1) })),
  }),
]);
const TokenizerConfig = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});

const families: Record<string, { visual: string; text: string; context: number; scale: number }> = {
  clip: { visual: "image_embeds", text: "text_embeds", context: 77, scale: 100 },
  siglip: { visual: "pooler_output", text: "pooler_output", context: 64, scale: Math.exp(Math.log(10)) },
};

/** What model.json says of a model in transformers.js' ONNX layout, which is then read without conversion. */
export function describeHfModel(folder: HfFolder): OnnxPackage {
  const config = parse("config.json", Config, folder.config);
  const family = families[config.model_type];
  if (!family) {
    const known = Object.keys(families).join(", ");
    throw new Error(`config.json: models of type ${JSON.stringify(config.model_type)} are not known, only ${known}`);
  }
  const { text_config: text } = config;
  const embedDim =
    config.model_type === "clip" ? (config.projection_dim ?? 512) : (text.projection_size ?? text.hidden_size ?? 768);
  return OnnxPackage.parse({
    format: "onnx-model/1",
    name: folder.name,
    embedDim,
    context: text.max_position_embeddings ?? family.context,
    image: toImage(parse("preprocessor_config.json", Preprocessor, folder.preprocessor), config.model_type),
    logitScale: folder.logitScale === null ? family.scale : Math.exp(folder.logitScale),
    ...(folder.logitBias !== null && { logitBias: folder.logitBias }),
    tokenizer: toTokens(
      parse("tokenizer.json", TokenizerJson, folder.tokenizer),
      parse("tokenizer_config.json", TokenizerConfig, folder.tokenizerConfig ?? {}),
    ),
    graphs: {
      visual: { input: "pixel_values", output: family.visual },
      text: { input: "input_ids", output: family.text },
    },
  });
}

function toImage(given: z.infer<typeof Preprocessor>, type: string): OnnxPackage["image"] {
  const { size, crop_size: cropSize, resample, do_normalize: doNormalize } = given;
  const isSquare = typeof size === "object" && "height" in size;
  const shortest = toSide(size);
  const crops = given.do_center_crop ?? type === "clip";
  const cropped = cropSize === undefined ? shortest : toSide(cropSize);
  if (!isSquare && !crops)
    throw new Error(
      "preprocessor_config.json: an image of any shape would come out; it needs do_center_crop or a square size",
    );
  if (cropped > shortest)
    throw new Error(`preprocessor_config.json: crop_size ${cropped} is larger than size ${shortest}`);
  return {
    size: isSquare ? shortest : cropped,
    mean: doNormalize ? given.image_mean : [0, 0, 0],
    std: doNormalize ? given.image_std : [1, 1, 1],
    resize: isSquare ? "squash" : "shortest",
    interpolation: resample === 3 ? "bicubic" : "bilinear",
    ...(!isSquare && { crop: "floor" as const }),
    ...(!isSquare && shortest !== cropped && { shortestSide: shortest }),
  };
}

function toSide(size: z.infer<typeof side>): number {
  if (typeof size === "number") return size;
  return "height" in size ? size.height : size.shortest_edge;
}

function toTokens(
  tokenizer: z.infer<typeof TokenizerJson>,
  { pad_token: pad }: z.infer<typeof TokenizerConfig>,
): OnnxPackage["tokenizer"] {
  const { startId, endId } = toSurround(tokenizer.post_processor ?? null);
  const name = typeof pad === "string" ? pad : pad?.content;
  const padId = name === undefined ? (endId ?? 0) : tokenizer.added_tokens.find(({ content }) => content === name)?.id;
  if (padId === undefined)
    throw new Error(`tokenizer_config.json: pad_token ${JSON.stringify(name)} is not in tokenizer.json`);
  return { padId, startId, endId, cleaning: "none" };
}

/** The ids around a text, as the post-processor of tokenizer.json adds them. */
function toSurround(processor: object | null): { startId: number | null; endId: number | null } {
  if (processor === null) return { startId: null, endId: null };
  const surround = parse("tokenizer.json: post_processor", Surround, processor);
  if (surround.type === "RobertaProcessing") return { startId: surround.cls[1], endId: surround.sep[1] };
  const text = surround.single.findIndex((part) => part.SpecialToken === undefined);
  const idOf = (part: (typeof surround.single)[number] | undefined): number | null =>
    surround.special_tokens[part?.SpecialToken?.id ?? ""]?.ids[0] ?? null;
  if (text > 1 || surround.single.length > text + 2)
    throw new Error("tokenizer.json: post_processor adds more than one token before or after the text");
  return {
    startId: text > 0 ? idOf(surround.single[0]) : null,
    endId: text < surround.single.length - 1 ? idOf(surround.single.at(-1)) : null,
  };
}

function parse<T extends z.ZodType>(file: string, schema: T, json: unknown): z.infer<T> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${file}: ${issue?.path.join(".")} ${issue?.message}`);
}
