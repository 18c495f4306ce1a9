import { MethodParameter } from "@whetstone/schemas/api";
import { z } from "zod";
import { AppError } from "../errors.ts";
import type { Method } from "./method.ts";

/** A field's source and description as a method wrote them in its `.meta()`. */
export function describeParameters(method: Pick<Method, "id" | "parameters">): MethodParameter[] {
  return Object.entries(method.parameters.shape).map(([name, field]) => {
    const { default: value, description, source, ...schema } = z.toJSONSchema(field, { io: "input" });
    const described = MethodParameter.safeParse({
      name,
      description,
      source,
      default: value,
      schema: withoutDraft(schema),
    });
    if (!described.success)
      throw new Error(`parameter ${name} of ${method.id} needs a default, a description and a source`);
    return described.data;
  });
}

/** Defaults filled in; an impossible value is refused with its name and what may stand there. */
export function parseParameters<P>(method: Method<P>, input: Readonly<Record<string, unknown>>): P {
  const parsed = method.parameters.safeParse(input);
  if (parsed.success) return parsed.data;
  const known = new Map(describeParameters(method).map((parameter) => [parameter.name, parameter]));
  const fields = parsed.error.issues.flatMap((issue) => {
    const names = issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0] ?? "")];
    return names.map((name) => {
      const parameter = known.get(name);
      const detail = parameter
        ? `${name} must be ${rangeOf(parameter.schema)}, not ${JSON.stringify(input[name]) ?? "nothing"}${issue.code === "custom" ? `: ${issue.message}` : ""}`
        : `${method.id} has no parameter ${name || issue.message}: it has ${[...known.keys()].join(", ")}`;
      return { pointer: `/parameters/${name}`, code: parameter ? "out_of_range" : "unknown", detail };
    });
  });
  throw new AppError("invalid_input", fields.map(({ detail }) => detail).join("; "), { fields });
}

/** A JSON Schema in words: `a number from 0 to 1`. */
function rangeOf(schema: Record<string, unknown>): string {
  if (Array.isArray(schema["enum"])) return `one of ${schema["enum"].join(", ")}`;
  if (Array.isArray(schema["anyOf"]))
    return schema["anyOf"].map((part: Record<string, unknown>) => rangeOf(part)).join(" or ");
  if (schema["type"] === "array") {
    const { items, minItems, maxItems } = schema;
    return `a list of ${numberOr(minItems, "0")} to ${numberOr(maxItems, "any number of")} values, each ${rangeOf(Object(items))}`;
  }
  if (schema["type"] === "null") return "null";
  const kind = { integer: "a whole number", number: "a number", boolean: "true or false", string: "a text" }[
    String(schema["type"])
  ];
  const above = schema["exclusiveMinimum"] === undefined ? "" : ` above ${numberOr(schema["exclusiveMinimum"], "")}`;
  const from = schema["minimum"] === undefined ? above : ` from ${numberOr(schema["minimum"], "")}`;
  const to = schema["maximum"] === undefined ? "" : ` to ${numberOr(schema["maximum"], "")}`;
  return `${kind ?? "a value"}${from}${to}`;
}

const numberOr = (value: unknown, otherwise: string): string => (typeof value === "number" ? String(value) : otherwise);

/** Which draft of JSON Schema it is goes without saying. */
function withoutDraft(schema: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
