import { createRouter } from "../router.ts";

export const runs = createRouter();
