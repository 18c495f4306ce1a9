import { writeFile } from "node:fs/promises";
import type { Sample } from "@whetstone/schemas/api";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { formatTable } from "../output.ts";
import { openSession } from "../session.ts";
import { formatBytes } from "../units.ts";

export function sampleShowCommand(): Command {
  return new Command("show")
    .description("a sample: its alt-text, its refinement and where its image is")
    .argument("<version>", "dsv_...")
    .argument("<uid>")
    .option("--image <file>", "also write the image there")
    .action(async (...[versionId, uid, flags, command]: [string, string, { image?: string }, Command]) => {
      const { api, output } = await openSession(command);
      const sample = await api.versions.sample(versionId, uid);
      if (flags.image) await writeFile(flags.image, await fetchImage(sample));
      output.print(sample, describe(sample));
    });
}

async function fetchImage({ image }: Sample): Promise<Buffer> {
  const response = await fetch(image.url, { headers: { range: image.range }, signal: AbortSignal.timeout(60_000) });
  if (!response.ok)
    throw new CliError(`the storage answered ${response.status} for the image`, {
      hint: "try again; its address may have expired",
    });
  return Buffer.from(await response.arrayBuffer());
}

function describe({ uid, text, label, image, refinement, provenance, metadata }: Sample): string {
  const lines: [string, string][] = [
    ["uid", uid],
    ["image", `${image.mediaType}, ${image.width} x ${image.height}, ${formatBytes(image.sizeBytes)}`],
    ["alt-text", text],
  ];
  if (label !== null) lines.push(["label", label]);
  if (refinement) {
    lines.push(["d+", refinement.positiveDescription], ["d-", refinement.negativeDescription]);
    lines.push(["t+", refinement.positiveTags.join(", ")], ["t-", refinement.negativeTags.join(", ")]);
  }
  if (provenance)
    lines.push([
      "by",
      `${provenance.refiner}, model ${provenance.modelHash.slice(0, 12)}, ${Math.round(provenance.latencyMs)} ms`,
    ]);
  if (Object.keys(metadata).length > 0) lines.push(["metadata", JSON.stringify(metadata)]);
  return formatTable(lines);
}
