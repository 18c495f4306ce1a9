import { z } from "zod";
import { Id } from "./ids.ts";
import { CreateReport } from "./reports.ts";

const Name = z.string().trim().min(1).max(100);
const Cron = z.string().trim().min(1).max(100).meta({
  description: "five fields (minute, hour, day of month, month, day of week) or a nickname such as @weekly",
  example: "0 8 * * MON",
});
const Timezone = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: "IANA name; daylight saving is followed", example: "Europe/Berlin" });

export const Schedule = z
  .object({
    id: Id("schedule"),
    object: z.literal("schedule"),
    name: z.string(),
    cron: z.string(),
    timezone: z.string(),
    report: CreateReport,
    isPaused: z.boolean(),
    nextDueAt: z.iso.datetime().nullable().meta({ description: "null while paused" }),
    lastDueAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Schedule" });
export type Schedule = z.infer<typeof Schedule>;

export const CreateSchedule = z
  .object({
    name: Name,
    cron: Cron,
    timezone: Timezone.default("UTC"),
    report: CreateReport,
    isPaused: z.boolean().default(false),
  })
  .meta({ id: "CreateSchedule" });
export type CreateSchedule = z.infer<typeof CreateSchedule>;

export const UpdateSchedule = z
  .object({
    name: Name.optional(),
    cron: Cron.optional(),
    timezone: Timezone.optional(),
    report: CreateReport.optional(),
    isPaused: z.boolean().optional(),
  })
  .meta({ id: "UpdateSchedule" });
export type UpdateSchedule = z.infer<typeof UpdateSchedule>;

export const scheduleRunStatuses = ["queued", "running", "succeeded", "failed"] as const;
export const scheduleTriggers = ["clock", "hand"] as const;

/** One time a schedule fell due, or was run by hand. */
export const ScheduleRun = z
  .object({
    id: Id("scheduleRun"),
    object: z.literal("schedule.run"),
    scheduleId: Id("schedule"),
    trigger: z.enum(scheduleTriggers),
    dueAt: z.iso.datetime(),
    status: z.enum(scheduleRunStatuses),
    reportId: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "ScheduleRun" });
export type ScheduleRun = z.infer<typeof ScheduleRun>;
