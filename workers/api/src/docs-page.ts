import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { OpenApiDocument } from "./openapi.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
type Json = Record<string, unknown>;

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: Json; description?: string }[];
  requestBody?: Body;
  responses: Record<string, Body & { description: string }>;
}
interface Body {
  content?: Record<string, { schema: Json }>;
}

const style = `
  :root { color-scheme: light dark; --line: #8884; --soft: #8881 }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem }
  code, pre { font: 0.875em/1.5 ui-monospace, monospace } pre { background: var(--soft); padding: .75rem; overflow: auto; border-radius: 6px }
  section { border-top: 1px solid var(--line); padding: 1rem 0 } h3 { margin: 0 } nav ul { columns: 2; padding-left: 1.2rem }
  table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
  .method { text-transform: uppercase; font-weight: 700; margin-right: .5rem }`;

/** The API's pages for people: made here from the OpenAPI document, with no script and nothing from elsewhere. */
export function docsPage(document: OpenApiDocument): Html {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  );
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Json>);
  const idOf = (method: string, path: string) => `${method}${path}`.replaceAll(/[^a-z0-9]+/gi, "-");

  return page(
    "Whetstone API",
    html`<h1>Whetstone API</h1>
      ${(document.info.description ?? "").split("\n\n").map((text) => html`<p>${text}</p>`)}
      <p><a href="/openapi.json">openapi.json</a></p>
      <nav aria-label="Operations">
        <ul>
          ${operations.map(({ path, method, operation }) => html`<li><a href="#${idOf(method, path)}">${operation.summary ?? path}</a></li>`)}
        </ul>
      </nav>
      <h2>Operations</h2>
      ${operations.map(({ path, method, operation }) => html`<section id="${idOf(method, path)}">${operationOf({ path, method, operation })}</section>`)}
      <h2>Schemas</h2>
      ${schemas.map(
        ([name, schema]) =>
          html`<section id="schema-${name}">
            <h3>${name}</h3>
            ${schemaOf(schema)}
          </section>`,
      )}`,
  );
}

export function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
}

function operationOf({ path, method, operation }: { path: string; method: string; operation: Operation }): Html {
  const { parameters = [], requestBody, responses } = operation;
  return html`<h3><span class="method">${method}</span><code>${path}</code></h3>
    <p>${operation.summary}. ${operation.description}</p>
    ${
      parameters.length === 0
        ? ""
        : html`<table>
            <tr>
              <th>parameter</th>
              <th>in</th>
              <th>schema</th>
            </tr>
            ${parameters.map(
              (one) =>
                html`<tr>
                  <td><code>${one.name}</code>${one.required === true ? " (required)" : ""}</td>
                  <td>${one.in}</td>
                  <td>${brief(one.schema ?? {})}</td>
                </tr>`,
            )}
          </table>`
    }
    ${requestBody ? html`<p>Body: ${bodyOf(requestBody)}</p>` : ""}
    <ul>
      ${Object.entries(responses).map(([status, response]) => html`<li><b>${status}</b> ${response.description} ${bodyOf(response)}</li>`)}
    </ul>`;
}

function bodyOf({ content = {} }: Body): Html[] {
  return Object.entries(content).map(([type, { schema }]) => html`<code>${type}</code> ${brief(schema)}`);
}

/** A schema in a line: a link where it has a name. */
function brief(schema: Json): Html {
  const name = /^#\/components\/schemas\/(.+)$/.exec(typeof schema["$ref"] === "string" ? schema["$ref"] : "")?.[1];
  return name === undefined
    ? html`<code>${JSON.stringify(schema)}</code>`
    : html`<a href="#schema-${name}">${name}</a>`;
}

function schemaOf(schema: Json): Html {
  return html`<pre>${JSON.stringify(schema, null, 2)}</pre>`;
}
