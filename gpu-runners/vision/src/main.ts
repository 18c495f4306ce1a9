import { runnerMain } from "@whetstone/runtime";
import { evaluateModel } from "./evaluate-model.ts";
import { ingestArchive } from "./ingest-archive.ts";
import { noop } from "./noop.ts";

await runnerMain({ name: "vision", tasks: [ingestArchive, evaluateModel, noop] });
