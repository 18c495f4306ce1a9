import { createRouter } from "../router.ts";

export const runners = createRouter();
