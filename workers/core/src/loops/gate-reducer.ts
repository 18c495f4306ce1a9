import { Alarm, GateSettings, GateVerdict, MeasureSettings, Monitors } from "@whetstone/schemas/api";
import { z } from "zod";
import type { Reduction, SampleTable } from "../methods/method.ts";
import { openVerdicts, tableOf } from "../methods/verdicts.ts";
import { soundAlarms } from "./alarms.ts";
import { judge } from "./gate.ts";
import { type MeasuredTables, monitor } from "./monitors.ts";

const GateParameters = z.object({
  measure: MeasureSettings,
  gate: GateSettings,
  /** Iteration 0's; null for itself. */
  first: Monitors.nullable(),
  keptShare: z.number().nullable(),
  /** Sounded by the method's own steps. */
  alarms: z.array(Alarm),
});

/** What the gate's step says; the engine believes nothing else about a candidate. */
export const GateSummary = z.looseObject({
  monitors: Monitors,
  gate: GateVerdict.nullable(),
  alarms: z.array(Alarm),
});

/** Tables of the weights to be replaced come under their steps' names with this before them. */
export const promotedPrefix = "promoted-";

/** Measured rows to monitors, alarms and the gate's verdict; the first measure has nothing to be compared with. */
export function reduceGate(
  tables: Readonly<Record<string, SampleTable>>,
  context: { parameters: Record<string, unknown> },
): Reduction {
  const { measure, gate, first, keptShare, alarms: own } = GateParameters.parse(context.parameters);
  const candidate = toMeasured(tables, "");
  const monitors = monitor(candidate, { settings: measure, first, keptShare });
  const alarms = [...own, ...(first ? soundAlarms(monitors, first) : [])];
  const hasRival = tables[`${promotedPrefix}measure`] !== undefined;
  const verdict = hasRival ? judge({ candidate, promoted: toMeasured(tables, promotedPrefix), alarms }, gate) : null;
  const mine = Object.entries(tables).filter(([name]) => !name.startsWith(promotedPrefix));
  return {
    verdicts: openVerdicts(Object.fromEntries(mine), "measured").of,
    training: [],
    summary: { monitors, gate: verdict, alarms },
  };
}

function toMeasured(tables: Readonly<Record<string, SampleTable>>, prefix: string): MeasuredTables {
  return {
    heldOut: tableOf(tables, `${prefix}measure`),
    retention: tables[`${prefix}measure-old`],
    judge: tables[`${prefix}measure-judge`],
  };
}
