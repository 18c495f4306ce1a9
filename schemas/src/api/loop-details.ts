import { z } from "zod";
import { Id, Sha256 } from "./ids.ts";
import { Budget, Estimate, iterationStatuses, Loop, MethodId } from "./loops.ts";

/** A row of an iteration's record: what was drawn, what it was worth, and whether it was learned from or why not. */
export const LoopSampleRow = z
  .object({
    object: z.literal("iteration.sample"),
    cursor: z.string(),
    queryId: z.string(),
    slice: z.string().nullable(),
    sampleIdx: z.int(),
    temperature: z.number(),
    prompt: z.string().nullable(),
    text: z.string().nullable(),
    tokens: z.int(),
    logProb: z.number().nullable(),
    baseLogProb: z.number().nullable(),
    answer: z.string().nullable(),
    correct: z.boolean().nullable(),
    reward: z.number().nullable(),
    key: z.string().nullable(),
    strategy: z.string().nullable(),
    draft: z.string().nullable(),
    extra: z.string().nullable(),
    /** Sample step that drew it. */
    step: z.string(),
    verdict: z.string().meta({ description: "kept, or why not" }),
  })
  .meta({ id: "LoopSampleRow" });
export type LoopSampleRow = z.infer<typeof LoopSampleRow>;

/** What an iteration's slots hold, ready to fetch. */
export const IterationFiles = z
  .object({
    object: z.literal("iteration.files"),
    loopId: Id("loop"),
    number: z.int(),
    files: z.array(
      z.object({ slot: z.string(), name: z.string(), sizeBytes: z.int(), sha256: Sha256.nullable(), url: z.url() }),
    ),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "IterationFiles" });
export type IterationFiles = z.infer<typeof IterationFiles>;

export const PromoteIteration = z.object({ iteration: z.int().min(0) }).meta({ id: "PromoteIteration" });
export type PromoteIteration = z.infer<typeof PromoteIteration>;

/** A loop of its own that goes on from what an iteration of another left; what is not named stays as it was there. */
export const ForkLoop = z
  .object({
    iteration: z.int().min(0),
    name: z.string().trim().min(1).max(200).optional(),
    method: MethodId.optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    iterations: z.int().min(1).max(1000).optional(),
    budget: Budget.optional(),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .optional(),
  })
  .meta({ id: "ForkLoop" });
export type ForkLoop = z.infer<typeof ForkLoop>;

export const CompareLoops = z.object({ loopIds: z.array(Id("loop")).min(2).max(8) }).meta({ id: "CompareLoops" });
export type CompareLoops = z.infer<typeof CompareLoops>;

/** Loops side by side, and each pair's promoted models on the held-out queries both were asked. */
export const LoopComparison = z
  .object({
    object: z.literal("loop_comparison"),
    loops: z.array(
      z.object({
        loop: Loop,
        base: Estimate.nullable(),
        promoted: Estimate.nullable(),
        curve: z.array(
          z.object({
            number: z.int(),
            status: z.enum(iterationStatuses),
            verified: Estimate.nullable(),
            samples: z.int(),
          }),
        ),
      }),
    ),
    pairs: z.array(
      z.object({
        a: Id("loop"),
        b: Id("loop"),
        queries: z.int().meta({ description: "asked of both" }),
        onlyA: z.int().meta({ description: "right in a, wrong in b" }),
        onlyB: z.int(),
        pValue: z.number().meta({ description: "exact McNemar" }),
      }),
    ),
  })
  .meta({ id: "LoopComparison" });
export type LoopComparison = z.infer<typeof LoopComparison>;
