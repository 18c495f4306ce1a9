import { z } from "zod";
import { Id, Uid } from "./ids.ts";

export const decisions = ["accepted", "edited", "rejected"] as const;
export const Decision = z.enum(decisions);
export type Decision = z.infer<typeof Decision>;

export const reviewFields = ["text", "positiveDescription"] as const;

/** What a person thinks of a sample of a version; the latest review of a sample is the one that counts. */
export const Review = z
  .object({
    id: Id("review"),
    object: z.literal("review"),
    versionId: Id("version"),
    uid: Uid,
    decision: Decision,
    field: z.enum(reviewFields).nullable().meta({ description: "what was edited" }),
    value: z.string().nullable().meta({ description: "the text it is to have" }),
    reviewer: z.object({ keyId: z.string(), name: z.string() }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Review" });
export type Review = z.infer<typeof Review>;

export const CreateReview = z
  .object({
    uid: Uid,
    decision: Decision,
    field: z.enum(reviewFields).optional(),
    value: z.string().trim().min(1).max(10_000).optional(),
  })
  .refine(({ decision, field, value }) => (decision === "edited") === (field !== undefined && value !== undefined), {
    message: "an edit names its field and the new value; other decisions name neither",
    path: ["value"],
  })
  .meta({ id: "CreateReview" });
export type CreateReview = z.infer<typeof CreateReview>;
