import type { Aggregate, Evaluation, EvaluationResult } from "@whetstone/schemas/api";
import { formatFigure, formatInterval } from "./format-figure.ts";
import { type Html, markup } from "./markup.ts";
import { intervalChart } from "./interval-chart.ts";
import { listFigures } from "./list-figures.ts";
import { setTables } from "./set-tables.ts";
import { styles } from "./styles.ts";

export interface PageNames {
  model: string;
  suite: string | null;
}

/** An evaluation as one file: no scripts, nothing from elsewhere, light and dark. The policy allows its own style by hash and nothing else. */
export async function toPage(evaluation: Evaluation, names: PageNames): Promise<{ page: string; policy: string }> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(styles));
  const policy = `default-src 'none'; style-src 'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'; base-uri 'none'; form-action 'none'`;
  const results = evaluation.results ?? [];
  const title = evaluation.name ?? `${names.model} on ${names.suite ?? results[0]?.name ?? "a version"}`;
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${{ markup: `<style>${styles}</style>` }}
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            <p class="soft">
              ${names.model}${names.suite === null ? null : markup`, suite ${names.suite}`} · ${statusOf(evaluation)} ·
              ${(evaluation.finishedAt ?? evaluation.createdAt).slice(0, 10)}
            </p>
          </header>
          ${tiles(evaluation)} ${chartCard(results)}
          <h2>Sets</h2>
          ${results.length === 0 ? markup`<p class="soft">No set is done yet.</p>` : results.map(setCard)}
          ${pedigree(evaluation)}
        </main>
      </body>
    </html> `;
  return { page: page.markup, policy };
}

function statusOf({ status, resultCounts: { total, succeeded, failed } }: Evaluation): string {
  const done = `${succeeded} of ${total} ${total === 1 ? "set" : "sets"} scored`;
  return `${status}, ${done}${failed > 0 ? `, ${failed} failed` : ""}`;
}

function tiles({ aggregates, results }: Evaluation): Html | null {
  const shown: Pick<Aggregate, "label" | "value">[] =
    aggregates && (results?.length ?? 0) > 1
      ? aggregates.filter(({ value }) => value !== null)
      : (results ?? []).flatMap(({ main }) => (main ? [{ label: main.metric, value: main.value }] : []));
  if (shown.length === 0) return null;
  return markup`<div class="tiles">
    ${shown.map(
      ({ label, value }) =>
        markup`<div class="tile"><b>${formatFigure("share", value ?? 0)}</b><span class="soft">${label}</span></div>`,
    )}
  </div>`;
}

function chartCard(results: readonly EvaluationResult[]): Html | null {
  const chart = intervalChart(results);
  return (
    chart &&
    markup`<h2>Main figures, with 95 % intervals</h2>
      <div class="card">${chart}</div>`
  );
}

function setCard(result: EvaluationResult): Html {
  const { name, error, groups } = result;
  return markup`<section class="card">
    <h3>${name}</h3>
    ${groups.length > 0 ? markup`<p class="soft">${groups.join(", ")}</p>` : null}
    ${error ? markup`<p class="warn">${error.code}: ${error.message}</p>` : null} ${contaminationNote(result)}
    ${figureTable(result)} ${(result.scores ?? []).map(setTables)}
  </section>`;
}

function figureTable(result: EvaluationResult): Html | null {
  const figures = listFigures(result);
  if (figures.length === 0) return null;
  const hasClean = figures.some(({ cleanValue }) => cleanValue !== null);
  return markup`<table>
    <thead>
      <tr>
        <th>Task</th>
        <th>Figure</th>
        <th class="n">Value</th>
        <th class="n">95 % interval</th>
        ${hasClean ? markup`<th class="n">Without seen</th>` : null}
      </tr>
    </thead>
    <tbody>
      ${figures.map(
        ({ task, metric, value, interval, isMain, cleanValue }) =>
          markup`<tr${isMain ? markup` class="main"` : null}><td>${task}</td><td>${metric}</td><td class="n">${formatFigure(metric, value)}</td><td class="n">${formatInterval(metric, interval)}</td>${hasClean ? markup`<td class="n">${cleanValue === null ? "" : formatFigure(metric, cleanValue)}</td>` : null}</tr>`,
      )}
    </tbody>
  </table>`;
}

function contaminationNote({ contamination, cleanMain }: EvaluationResult): Html | null {
  if (!contamination) return null;
  const { sampleCount, exactCount, nearCount, hashlessCount, maxDistance } = contamination;
  const unseen =
    hashlessCount > 0 ? " Some samples have no perceptual hash, so only exact copies of them were found." : "";
  if (exactCount + nearCount === 0)
    return markup`<p class="soft">
      None of the ${sampleCount} test images is in the training data, exactly or nearly.${unseen}
    </p>`;
  const clean = cleanMain
    ? ` Without them ${cleanMain.metric} is ${formatFigure(cleanMain.metric, cleanMain.value)}.`
    : " Too few are left to score without them.";
  return markup`<p class="warn">
    The model has seen some of the ${sampleCount} test images: exact copies of ${exactCount} are in the training data, and
    near copies of ${nearCount} (hashes at most ${maxDistance} of 64 bits apart).${clean}${unseen}
  </p>`;
}

function pedigree({ id, runId, modelId, suiteId, versionId, contaminationAgainst, metadata }: Evaluation): Html {
  const rows = Object.entries({
    evaluation: id,
    run: runId,
    model: modelId,
    ...(suiteId === null ? { version: versionId ?? "" } : { suite: suiteId }),
    ...(contaminationAgainst === null ? {} : { "contamination looked for in": contaminationAgainst }),
    ...metadata,
  });
  return markup`<h2>Where it comes from</h2>
    <dl>
      ${rows.map(
        ([name, value]) =>
          markup`<dt>${name}</dt>
            <dd><code>${value}</code></dd>`,
      )}
    </dl>`;
}
