import type { OpenAPIHono } from "@hono/zod-openapi";
import { type ErrorCode, ErrorCode as ErrorCodes, errorStatus } from "@whetstone/schemas/api";
import { html } from "hono/html";
import { docsPage, page } from "../docs-page.ts";
import type { AppEnv } from "../env.ts";
import { errorHelp } from "../error-help.ts";
import { type OpenApiDocument, registerSecurity, toOpenApi } from "../openapi.ts";

/** `/openapi.json`, `/docs`, and a page for each error code, which problem details name as their type. Mount it last. */
export function mountDocs(app: OpenAPIHono<AppEnv>): void {
  registerSecurity(app);
  let made: OpenApiDocument | undefined;
  const document = () => (made ??= toOpenApi(app));

  app.get("/openapi.json", (c) => c.json(document()));
  app.get("/docs", (c) => c.html(docsPage(document())));
  app.get("/errors", (c) =>
    c.html(
      page(
        "Errors",
        html`<h1>Errors</h1>
          <ul>
            ${ErrorCodes.options.map((code) => html`<li><a href="/errors/${code}">${code}</a></li>`)}
          </ul>`,
      ),
    ),
  );
  app.get("/errors/:code", (c) => {
    const code = ErrorCodes.safeParse(c.req.param("code"));
    return code.success ? c.html(errorPage(code.data)) : c.notFound();
  });
}

function errorPage(code: ErrorCode) {
  const body = html`<h1>${code}</h1>
    <p>HTTP status ${errorStatus[code]}.</p>
    <p>${errorHelp[code]}</p>
    <p><a href="/errors">All errors</a> · <a href="/docs">API</a></p>`;
  return page(code, body);
}
