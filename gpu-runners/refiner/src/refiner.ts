import type { rejectCodes } from "@whetstone/schemas/tasks";
import type { Refinement } from "./refinement.ts";

/** One (image, alt-text) pair. `imageSha256` is the hash of `image`. */
export type RefineItem = { uid: string; image: Uint8Array; imageSha256: string; text: string };

type RejectCode = (typeof rejectCodes)[number] & (`refine_${string}` | "image_undecodable");
/** What became of an item, and what it cost. */
export type Outcome = Cost &
  ({ refinement: Refinement; isRepaired: boolean } | { rejected: RejectCode; detail: string });
export type Cost = { latencyMs: number; promptTokens: number; completionTokens: number };

/** Writes refinements. Tells each item's outcome once, in any order; throws only when the task as a whole can't go on. */
export type Refiner = {
  name: string;
  /** Says which weights wrote a refinement, as far as can be known. */
  modelHash: string;
  promptHash: string;
  refine(items: AsyncIterable<RefineItem>, options: RefineOptions): Promise<void>;
};
export type RefineOptions = { signal: AbortSignal; onOutcome(item: RefineItem, outcome: Outcome): void };
