import type { Sample } from "@whetstone/schemas/api";
import type { Client } from "@whetstone/schemas/client";
import { formatTables, type Measured } from "./table.ts";

const shown = 24;

/** One HTML file without outside parts: the tables, and samples before and after refinement with their pictures. */
export async function makeReport(api: Client, versionId: string, measured: Measured): Promise<string> {
  const cards = await Promise.all((await drawSamples(api, versionId)).map(toCard));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Whetstone demo: results</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
  pre { overflow-x: auto }
  ul { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); list-style: none; padding: 0 }
  li { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 8px; padding: 1rem }
  dt { font-size: .8rem; opacity: .75 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
</style>
<h1>Results of the demo</h1>
<pre>${escape(formatTables(measured))}</pre>
<h2>Samples, before and after</h2>
<p>Every so-many-th sample of version <code>${escape(versionId)}</code>; none was picked.</p>
<ul>${cards.join("")}</ul>
</html>
`;
}

/** Samples at even distances, read page by page as any client would. */
async function drawSamples(api: Client, versionId: string): Promise<Sample[]> {
  const { sampleCount } = await api.versions.get(versionId);
  const stride = Math.max(1, Math.floor(sampleCount / shown));
  const drawn: Sample[] = [];
  let seen = 0;
  for (let after: string | undefined; drawn.length < shown;) {
    const page = await api.versions.samples(versionId, { limit: 100, order: "asc", ...(after ? { after } : {}) });
    for (const sample of page.data) if (seen++ % stride === 0 && drawn.length < shown) drawn.push(sample);
    if (!page.has_more || page.last_id === null) break;
    after = page.last_id;
  }
  return drawn;
}

async function toCard({ image, text, label, refinement }: Sample): Promise<string> {
  const response = await fetch(image.url, { headers: { range: image.range }, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`the storage answered ${response.status} for an image of the report`);
  const bytes = Buffer.from(await response.arrayBuffer()).toString("base64");
  const texts: [string, string][] = [
    ["raw alt-text", text],
    ["d+", refinement?.positiveDescription ?? "rejected"],
    ["d-", refinement?.negativeDescription ?? ""],
    ["t+", refinement?.positiveTags.join(", ") ?? ""],
    ["t-", refinement?.negativeTags.join(", ") ?? ""],
  ];
  const rows = texts.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`).join("");
  const alt = escape(label ?? text);
  return `<li><img src="data:${image.mediaType};base64,${bytes}" width="64" height="64" alt="${alt}"><dl>${rows}</dl></li>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
