import { createClient } from "@whetstone/schemas/client";
import { fetchOrTake } from "./early-answers.ts";

/** The API of the host this page came from; the browser's session cookie says who asks. */
export const api = createClient({ baseUrl: location.origin, retries: 2, fetch: fetchOrTake });
