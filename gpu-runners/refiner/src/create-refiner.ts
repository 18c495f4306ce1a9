import type { TaskParams } from "@whetstone/runtime";
import { createEmbeddedRefiner } from "./embedded-refiner.ts";
import { createOpenAiRefiner } from "./openai-refiner.ts";
import { readPrompt } from "./prompts.ts";
import type { Refiner } from "./refiner.ts";

export type RefinerSettings = { modelsDir: string; promptsDir: string; allowPrivateAddresses: boolean };
type Lent = RefinerSettings & { secret(name: string): string | undefined };

export async function createRefiner(
  params: TaskParams<"refine-shard">,
  { modelsDir, promptsDir, allowPrivateAddresses, secret }: Lent,
): Promise<Refiner> {
  const { refiner, temperature, seed } = params;
  // Read for the embedded model too, which has a prompt of its own: a name that does not exist is a mistake for any refiner.
  const prompt = await readPrompt(promptsDir, params.prompt);
  if (refiner.provider === "embedded")
    return createEmbeddedRefiner({ modelsDir, model: refiner.model, temperature, seed });
  return createOpenAiRefiner({ params: refiner, prompt, temperature, seed, secret, allowPrivateAddresses });
}
