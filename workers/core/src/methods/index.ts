import type { Method as MethodObject, MethodId } from "@whetstone/schemas/api";
import { AppError } from "../errors.ts";
import { bStar } from "./b-star/method.ts";
import { hqClipCycle } from "./hq-clip-cycle/method.ts";
import { iSheep } from "./i-sheep/method.ts";
import type { IterationView, Method, Reducer, Step } from "./method.ts";
import { describeParameters, parseParameters } from "./parameters.ts";
import { pit } from "./pit/method.ts";
import { sharpening } from "./sharpening/method.ts";
import { smart } from "./smart/method.ts";
import { sraMcts } from "./sra-mcts/method.ts";

/** A method whose parameters are checked where they come in, so that the engine need not know their type. */
export interface RunnableMethod extends Omit<Method, "parameters" | "next" | "reducers" | "measure"> {
  /** Defaults filled in; refuses impossible ones by name. */
  parse(input: Readonly<Record<string, unknown>>): Record<string, unknown>;
  next(view: IterationView<Record<string, unknown>>): Step | undefined;
  measure(parameters: Record<string, unknown>): ReturnType<Method["measure"]>;
  findReducer(name: string): Reducer<Record<string, unknown>>;
  describe(): MethodObject;
}

const runnable = [
  toRunnable(bStar),
  toRunnable(sharpening),
  toRunnable(iSheep),
  toRunnable(smart),
  toRunnable(sraMcts),
  toRunnable(pit),
  toRunnable(hqClipCycle),
];
const methods: ReadonlyMap<string, RunnableMethod> = new Map(runnable.map((method) => [method.id, method]));

/** The methods there are, as the API tells them. */
export function listMethods(): MethodObject[] {
  return [...methods.values()].map((method) => method.describe());
}

export function findMethod(id: MethodId): RunnableMethod {
  const method = methods.get(id);
  if (!method) throw new AppError("not_found", `method ${id} does not exist: GET /v1/methods lists them`);
  return method;
}

function toRunnable<P extends Record<string, unknown>>(method: Method<P>): RunnableMethod {
  const { parameters: _, reducers, ...rest } = method;
  const parse = (input: Readonly<Record<string, unknown>>) => parseParameters(method, input);
  return {
    ...rest,
    parse,
    next: (view) => method.next({ ...view, parameters: parse(view.parameters) }),
    measure: (parameters) => method.measure(parse(parameters)),
    findReducer(name) {
      const reducer = reducers[name];
      if (!reducer) throw new Error(`method ${method.id} has no reducer ${name}`);
      return (tables, context) => reducer(tables, { ...context, parameters: parse(context.parameters) });
    },
    describe() {
      const { id, title, summary, paper, policies } = method;
      return {
        id,
        object: "method",
        title,
        summary,
        paper,
        policies: [...policies],
        parameters: describeParameters(method),
      };
    },
  };
}

export { reduceGate } from "../loops/gate-reducer.ts";
export type { DoneStep, Reduction, SampleTable } from "./method.ts";
