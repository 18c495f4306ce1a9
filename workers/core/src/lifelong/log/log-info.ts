import { type Fault, LifelongError } from "../error.ts";

export interface LoggerInfo {
  metrics_columns: string[];
  log_format_version?: string;
}

/** What a scenario says of itself; empty text where it does not. Values outside the known ones are kept, with a warning. */
export interface ScenarioInfo {
  complexity: string;
  difficulty: string;
  scenarioType: string;
}

const known = {
  complexity: ["1-low", "2-intermediate", "3-high"],
  difficulty: ["1-easy", "2-medium", "3-hard"],
  scenario_type: ["condensed", "dispersed", "permuted", "alternating", "ste", "custom"],
} as const;

/** Reads logger_info.json. Throws a LifelongError that names `file`. */
export function parseLoggerInfo(text: string, file: string): LoggerInfo {
  const value = parseJson(text, file);
  if (isLoggerInfo(value)) return value;
  throw new LifelongError(`${file} must be an object with "metrics_columns", a list of at least one column name`);
}

/** Reads scenario_info.json; `warnings` gets a line for each value that is missing or unknown. */
export function parseScenarioInfo(text: string, file: string, warnings: string[]): ScenarioInfo {
  const value = parseJson(text, file);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new LifelongError(`${file} must be a JSON object`);
  const fields = value as Record<string, unknown>;
  const read = (name: keyof typeof known): string => {
    const given = fields[name];
    if (given === undefined || given === null) {
      warnings.push(`${file} does not say its ${name.replace("_", " ")}`);
      return "";
    }
    if (typeof given !== "string") throw new LifelongError(`${file}: ${name} must be text`);
    if (!(known[name] as readonly string[]).includes(given.toLowerCase()))
      warnings.push(`${file}: ${name} "${given}" is not one of ${known[name].join(", ")}`);
    return given;
  };
  return {
    complexity: read("complexity"),
    difficulty: read("difficulty"),
    scenarioType: read("scenario_type"),
  };
}

/** By hand, not by a schema: loading one takes longer than reading most logs. */
function isLoggerInfo(value: unknown): value is LoggerInfo {
  if (typeof value !== "object" || value === null) return false;
  const { metrics_columns: columns, log_format_version: version } = value as Record<string, unknown>;
  const isNamed = (name: unknown): boolean => typeof name === "string" && name !== "";
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every(isNamed)) return false;
  return version === undefined || typeof version === "string";
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^﻿/, ""));
  } catch (cause) {
    const fault: Fault = { file, rule: "is not valid JSON" };
    throw new LifelongError(`${file} is not valid JSON`, { cause, faults: [fault] });
  }
}
