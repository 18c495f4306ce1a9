import { Cron } from "croner";
import { AppError } from "../errors.ts";

/** When something is due: a cron expression in a time zone. */
export interface Timing {
  cron: string;
  timezone: string;
}

/**
 * The first due time after `after`; null when there is none any more. Daylight saving: a fixed time that the clock skips is due when it has
 * sprung forward, one that it passes twice is due the first time only; expressions with a wildcard hour follow the real hours.
 */
export function nextDue(timing: Timing, after: Date): Date | null {
  return parse(timing).nextRun(after);
}

/** Refuses an expression or a zone that can't be used, and one that is never due. */
export function checkTiming(timing: Timing, now: Date): void {
  if (nextDue(timing, now) === null) refuse("/cron", `${timing.cron} is never due again`);
}

function parse({ cron, timezone }: Timing): Cron {
  if (!isZone(timezone)) refuse("/timezone", `${timezone} is no IANA time zone, such as Europe/Berlin or UTC`);
  try {
    return new Cron(cron, { timezone, mode: "5-part" });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return refuse("/cron", `${cron} is no cron expression of five fields: ${why}`, cause);
  }
}

function isZone(timezone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function refuse(pointer: string, detail: string, cause?: unknown): never {
  throw new AppError("invalid_input", detail, { cause, fields: [{ pointer, code: "invalid_value", detail }] });
}
