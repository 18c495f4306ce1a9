import type { z } from "zod";
import {
  type CreateLoopInput,
  type ForkLoop,
  Iteration,
  IterationFiles,
  Loop,
  LoopComparison,
  LoopSampleRow,
  Page,
  type PageOf,
  type PageQuery,
} from "../api/index.ts";

type PageOptions = Partial<PageQuery>;

/** The client's own ways of asking. */
interface Verbs {
  get<T extends z.ZodType>(
    schema: T,
    path: string,
    query?: Record<string, string | number | undefined>,
  ): Promise<z.output<T>>;
  list<T extends z.ZodType>(schema: T, path: string): (page?: PageOptions) => Promise<PageOf<z.output<T>>>;
  post<T extends z.ZodType>(schema: T, path: string, body?: unknown): Promise<z.output<T>>;
}

const at = (id: string, rest = ""): string => `/v1/loops/${encodeURIComponent(id)}${rest}`;

export function loopRoutes({ get, list, post }: Verbs) {
  return {
    list: list(Loop, "/v1/loops"),
    create: (body: CreateLoopInput) => post(Loop, "/v1/loops", body),
    get: (id: string) => get(Loop, at(id)),
    iterations: (id: string, page: PageOptions = {}) => list(Iteration, at(id, "/iterations"))(page),
    iteration: (id: string, number: number) => get(Iteration, at(id, `/iterations/${number}`)),
    /** Rows of the record of the iteration's last reduce step, or of the one named; with `verdict` those alone. */
    samples: (id: string, number: number, query: PageOptions & { step?: string; verdict?: string } = {}) =>
      get(Page(LoopSampleRow), at(id, `/iterations/${number}/samples`), { ...query }),
    files: (id: string, number: number) => get(IterationFiles, at(id, `/iterations/${number}/files`)),
    pause: (id: string) => post(Loop, at(id, "/pause")),
    resume: (id: string) => post(Loop, at(id, "/resume")),
    cancel: (id: string) => post(Loop, at(id, "/cancel")),
    promote: (id: string, iteration: number) => post(Loop, at(id, "/promote"), { iteration }),
    rollback: (id: string) => post(Loop, at(id, "/rollback")),
    fork: (id: string, body: ForkLoop) => post(Loop, at(id, "/fork"), body),
    compare: (loopIds: string[]) => post(LoopComparison, "/v1/loops/compare", { loopIds }),
  };
}
