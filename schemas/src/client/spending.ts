import type { z } from "zod";
import { type PricesInput, Usage, WorkspacePrices } from "../api/index.ts";
import type { Send } from "./http.ts";

interface Verbs {
  send: Send;
  get: <T extends z.ZodType>(
    schema: T,
    path: string,
    query?: Record<string, string | number | undefined>,
  ) => Promise<z.output<T>>;
}

/** What things cost, and what was spent. */
export const spendingRoutes = ({ send, get }: Verbs) => ({
  prices: {
    get: () => get(WorkspacePrices, "/v1/prices"),
    replace: (body: PricesInput) =>
      send({ method: "PUT", path: "/v1/prices", body }).then((answer) => WorkspacePrices.parse(answer)),
    delete: () => send({ method: "DELETE", path: "/v1/prices" }).then((answer) => WorkspacePrices.parse(answer)),
  },
  usage: { get: (days: number) => get(Usage, "/v1/usage", { days }) },
});
