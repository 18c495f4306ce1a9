import { createRouter } from "../router.ts";

export const runner = createRouter();
