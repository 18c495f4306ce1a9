import { z } from "zod";

/** Sums shown on the run: plain numbers, added up over tasks. */
export const Counts = z.record(z.string().regex(/^[a-zA-Z]{1,40}$/), z.number());
