import { TaskError } from "@whetstone/runtime";
import type { archiveErrorCodes } from "@whetstone/schemas/tasks";

export interface ArchiveLimits {
  maxMembers: number;
  /** Never inflate to more than this ... */
  maxInflatedBytes: number;
  /** ... nor to more than this many times the archive's own size, ... */
  maxRatio: number;
  /** ... unless that is less than this. */
  freeInflatedBytes: number;
}

export const archiveLimits: ArchiveLimits = {
  maxMembers: 2_000_000,
  maxInflatedBytes: 256 * 1024 ** 3,
  maxRatio: 100,
  freeInflatedBytes: 64 * 1024 ** 2,
};

/** An archive that can't be taken as a whole, whoever tries. */
export function archiveError(code: (typeof archiveErrorCodes)[number], message: string, cause?: unknown): TaskError {
  return new TaskError(code, message, { fate: "final", cause });
}

/** Counts members and bytes, declared and real, against the limits. */
export function createBombGuard(archiveBytes: number, limits: ArchiveLimits) {
  const allowedBytes = Math.min(
    limits.maxInflatedBytes,
    Math.max(limits.freeInflatedBytes, limits.maxRatio * archiveBytes),
  );
  let members = 0;
  let declaredBytes = 0;
  let inflatedBytes = 0;

  return {
    member(path: string, sizeBytes: number): void {
      members += 1;
      declaredBytes += sizeBytes;
      if (members > limits.maxMembers)
        throw archiveError(
          "archive_too_many_members",
          `the archive has more than ${limits.maxMembers} members: split it`,
        );
      if (declaredBytes > allowedBytes) throw bomb(`declares ${declaredBytes} bytes up to member ${path}`);
    },
    inflated(bytes: number): void {
      inflatedBytes += bytes;
      if (inflatedBytes > allowedBytes) throw bomb(`inflates to more than ${allowedBytes} bytes`);
    },
  };

  function bomb(what: string): TaskError {
    return archiveError("archive_bomb", `the archive of ${archiveBytes} bytes ${what}; ${allowedBytes} are allowed`);
  }
}
export type BombGuard = ReturnType<typeof createBombGuard>;
