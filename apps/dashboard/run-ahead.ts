import { build, type Plugin, type Rolldown } from "vite";

const script = "src/ahead.ts";
const versionPage = "src/features/versions/version-page.tsx";

/**
 * Puts `src/ahead.ts` before all other scripts, whole and in one file, and tells it which files draw a version. Their names are known only
 * when all is built, so they stand in the document, which no browser keeps.
 */
export const runAhead: Plugin = {
  name: "run-ahead",
  async buildStart() {
    if (this.meta.watchMode) return;
    this.emitFile({ type: "asset", name: "ahead.js", source: await bundleScript() });
  },
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle, chunk: entry }) {
      if (!bundle || !entry) return afterTitle(html, `<script type="module" src="/${script}"></script>`);
      const files = Object.values(bundle);
      const ahead = files.find((one) => one.type === "asset" && one.names.includes("ahead.js"));
      const chunks = files.filter((one) => one.type === "chunk");
      const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${versionPage}`) === true);
      if (!ahead || !page) throw new Error(`nothing was built of ${script} or of ${versionPage}`);
      const known = new Set(withImports(entry, chunks));
      const needed = withImports(page, chunks).filter((one) => !known.has(one));
      const content = needed.map(({ fileName }) => `/${fileName}`).join(" ");
      return afterTitle(
        html,
        `<meta name="version-page" content="${content}" />\n    <script src="/${ahead.fileName}"></script>`,
      );
    },
  },
};

async function bundleScript(): Promise<string> {
  const lib = { entry: script, formats: ["iife" as const], name: "ahead" };
  const built = await build({ configFile: false, logLevel: "error", build: { write: false, target: "es2023", lib } });
  const [output] = [built].flat();
  if (!output || !("output" in output)) throw new Error(`nothing was built of ${script}`);
  return output.output[0].code;
}

/** A chunk and all that it imports at once, each named once. */
function withImports(chunk: Rolldown.OutputChunk, all: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const found = new Set([chunk]);
  for (const one of found) for (const other of all) if (one.imports.includes(other.fileName)) found.add(other);
  return [...found];
}

/** Before the style sheets, which a script after them would wait for. */
function afterTitle(html: string, tags: string): string {
  return html.replace("</title>", `</title>\n    ${tags}`);
}
