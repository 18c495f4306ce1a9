import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  casing: "snake_case",
  schema: "./schemas/src/db/index.ts",
  out: "./schemas/migrations",
});
