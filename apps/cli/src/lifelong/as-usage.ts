import { LifelongError } from "@whetstone/core/lifelong";
import { CliError } from "../errors.ts";

/** Runs `work`; what is wrong with the user's data or options becomes wrong usage (exit 2). */
export async function asUsage<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LifelongError) throw new CliError(cause.message, { cause, exitCode: 2 });
    throw cause;
  }
}
