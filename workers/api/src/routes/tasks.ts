import { createRouter } from "../router.ts";

export const tasks = createRouter();
