import { api } from "../../lib/api.ts";
import { sendFile } from "./send-file.ts";

export type Stage =
  | { name: "choosing" }
  | { name: "sending"; sentBytes: number; totalBytes: number }
  | { name: "reading"; runId: string; done: number; total: number; unit: string }
  | { name: "made"; versionId: string };

/** From files to a dataset's first version; tells where it is on the way. */
export async function makeDataset(
  { name, files }: { name: string; files: readonly File[] },
  { signal, onStage }: { signal: AbortSignal; onStage: (stage: Stage) => void },
): Promise<void> {
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
  const dataset = await api.datasets.create({ name });
  let before = 0;
  const uploadIds: string[] = [];
  for (const file of files) {
    const onProgress = (sent: number) => onStage({ name: "sending", sentBytes: before + sent, totalBytes });
    onProgress(0);
    uploadIds.push(await sendFile(file, { signal, onProgress }));
    before += file.size;
  }
  const run = await api.runs.create({
    kind: "ingest",
    datasetId: dataset.id,
    uploadIds,
    name: `${name}: first version`,
  });
  onStage({ name: "reading", runId: run.id, ...run.progress });
  for await (const event of api.runs.events(run.id, signal)) {
    if (event.type !== "run.progress") continue;
    const { progress } = await api.runs.get(run.id);
    onStage({ name: "reading", runId: run.id, ...progress });
  }
  const { output, error } = await api.runs.get(run.id);
  if (output.versionId === null) throw new Error(error?.message ?? `run ${run.id} made no version`);
  onStage({ name: "made", versionId: output.versionId });
}
