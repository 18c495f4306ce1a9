import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas, toJsonText } from "./src/tasks/json-schemas.ts";

// Run `node schemas/generate-json.ts` after a change to what programs in other languages read.
const folder = new URL("./json/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas)) writeFileSync(new URL(name, folder), toJsonText(schema));
