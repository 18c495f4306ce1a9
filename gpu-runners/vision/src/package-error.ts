import type { PackageFile } from "@whetstone/schemas/api";
import { TaskError } from "@whetstone/runtime";

/** A model that can't be used as it is: no other attempt will do better. */
export function invalidPackage(file: PackageFile, why: string, cause?: unknown): TaskError {
  return new TaskError("package_invalid", `${file} of the model package: ${why.split("\n")[0]}`, {
    fate: "final",
    cause,
  });
}
