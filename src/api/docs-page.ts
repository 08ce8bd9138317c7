/** The documentation page: every endpoint of the table by its tag, then every named shape. Plain HTML, no script at all. */
import { ERRORS } from '../../schemas/errors.js';
import { type Html, html } from '../console/html.js';
import type { AnyEndpoint } from '../http/paths.js';
import { anchorOf, endpointSection, type Operation } from './docs-endpoint.js';
import { prose, type Schema, schemaTable } from './docs-schema.js';
import { isDocumented } from './openapi.js';

// biome-ignore lint/suspicious/noExplicitAny: only what describes an endpoint is used
type Described = AnyEndpoint<any>;

interface Document {
  info: { version: string; description: string };
  tags: readonly { name: string; description?: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: { schemas: Readonly<Record<string, Schema>> };
}

const tagAnchor = (name: string): string => `tag-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;

const navigation = (tags: Document['tags'], endpoints: readonly Described[]): Html =>
  html`<nav aria-label="Contents"><ul>${tags.map(
    ({ name }) =>
      html`<li><a href="#${tagAnchor(name)}">${name}</a><ul>${endpoints
        .filter(({ tag }) => tag === name)
        .map(
          (endpoint) =>
            html`<li><a href="#${anchorOf(endpoint)}"><span class="method ${endpoint.method}">${endpoint.method.toUpperCase()}</span> ${endpoint.path}</a></li>`,
        )}</ul></li>`,
  )}<li><a href="#errors">Errors</a></li><li><a href="#schemas">Shapes</a></li></ul></nav>`;

const introduction = ({ info }: Document): Html =>
  html`<p class="lead">${prose(info.description)}</p>
<p>Version ${info.version}. The same as a document for programs: <a href="/openapi.json">openapi.json</a>. Calls carry an API key of your tenant, made with <code>assay keys create</code>: <code>Authorization: Bearer ask_…</code>. In the examples <code>$ASSAY</code> is the address of the service and <code>$ASSAY_KEY</code> such a key.</p>`;

export const errorAnchor = (code: string): string => `error-${code}`;

const errorTable = (): Html =>
  html`<section id="errors"><h2>Errors</h2><p>Every error is <code>application/problem+json</code> with one of these codes.</p><div class="wide"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>${Object.entries(
    ERRORS,
  ).map(
    ([code, [status, sentence]]) =>
      html`<tr id="${errorAnchor(code)}"><th scope="row"><code>${code}</code></th><td>${status}</td><td>${sentence}</td></tr>`,
  )}</tbody></table></div></section>`;

/**
 * The whole page.
 * @param table every endpoint; pages for people are left out
 * @param described the OpenAPI document of the same table
 */
export function docsPage(
  table: readonly Described[],
  described: Record<string, unknown>,
  stylePath: string,
): string {
  const document = described as unknown as Document;
  const endpoints = table.filter(isDocumented);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Assay: HTTP interface</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<aside><p class="brand"><a href="#main">Assay</a></p>${navigation(document.tags, endpoints)}</aside>
<main id="main">
<h1>HTTP interface</h1>
${introduction(document)}
${document.tags.map(
  ({ name, description }) => html`<section class="tag" id="${tagAnchor(name)}">
<h2>${name}</h2>
${description !== undefined && html`<p>${description}</p>`}
${endpoints
  .filter(({ tag }) => tag === name)
  .map((endpoint) => endpointSection(endpoint, document.paths[endpoint.path]![endpoint.method]!))}
</section>`,
)}
${errorTable()}
<section id="schemas"><h2>Shapes</h2>${Object.entries(document.components.schemas)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([name, schema]) =>
        html`<section class="shape" id="schema-${name}"><h3>${name}</h3>${schemaTable(schema)}</section>`,
    )}</section>
</main>
</body>
</html>
`.toString();
}
