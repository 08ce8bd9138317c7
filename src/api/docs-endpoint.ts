/** One endpoint on the documentation page: who may call it, what it takes, what it answers, and examples to try. */
import { type Html, html, type Value } from '../console/html.js';
import { JSON_TYPE, NDJSON } from '../http/body.js';
import type { AnyEndpoint } from '../http/paths.js';
import { meaningOf, prose, type Schema, schemaTable, typeOf } from './docs-schema.js';
import type { Access, Example } from './endpoint.js';
import { operationId } from './openapi.js';

/** An operation of the OpenAPI document. */
export interface Operation {
  parameters?: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Readonly<Record<string, { schema: Schema }>> };
  responses: Readonly<
    Record<string, { description: string; content?: Readonly<Record<string, { schema: Schema }>> }>
  >;
}

// biome-ignore lint/suspicious/noExplicitAny: only what describes an endpoint is used
type Described = AnyEndpoint<any>;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that makes an example's call. */
export function curlOf({ method, path, access }: Described, example: Example): string {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(example.params?.[name] ?? `{${name}}`),
  );
  const query = example.query === undefined ? '' : `?${new URLSearchParams(example.query)}`;
  const lines = example.lines?.map((line) => JSON.stringify(line)).join('\n');
  const body = lines ?? (example.body === undefined ? undefined : JSON.stringify(example.body, null, 2));
  return [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$ASSAY${filled}${query}"`,
    ...(access === 'public' ? [] : ['-H "Authorization: Bearer $ASSAY_KEY"']),
    ...(body === undefined
      ? []
      : [`-H 'Content-Type: ${lines === undefined ? JSON_TYPE : NDJSON}'`, `--data-binary ${quoted(body)}`]),
  ].join(' \\\n  ');
}

const accessOf = (access: Access): Value =>
  access === 'public'
    ? html`<span class="access public">public</span>`
    : html`<span class="access">scope <code>${access}</code></span>`;

const PLACES: Readonly<Record<string, string>> = { path: 'path', query: 'query', header: 'header' };

const parametersOf = ({ parameters = [] }: Operation): Value =>
  parameters.length > 0 &&
  html`<h4>Parameters</h4><div class="wide"><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${parameters.map(
    ({ name, in: place, required, schema }) =>
      html`<tr><th scope="row"><code>${name}</code> <span class="optional">${PLACES[place]}${
        required !== true && ', optional'
      }</span></th><td>${typeOf(schema)}</td><td>${meaningOf(schema)}</td></tr>`,
  )}</tbody></table></div>`;

const bodyOf = ({ requestBody }: Operation): Value =>
  requestBody !== undefined &&
  html`<h4>Body</h4>${Object.entries(requestBody.content).map(
    ([type, { schema }]) => html`<p class="media"><code>${type}</code></p>${schemaTable(schema)}`,
  )}`;

const responsesOf = ({ responses }: Operation): Html =>
  html`<h4>Answers</h4><dl class="answers">${Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(
      ([status, { description, content }]) =>
        html`<dt><span class="status s${status[0]}">${status}</span></dt><dd><p>${prose(description)}</p>${Object.entries(
          content ?? {},
        ).map(
          ([type, { schema }]) => html`<p class="media"><code>${type}</code></p>${schemaTable(schema)}`,
        )}</dd>`,
    )}</dl>`;

const examplesOf = (endpoint: Described): Value =>
  (endpoint.examples ?? []).length > 0 &&
  html`<h4>Examples</h4>${(endpoint.examples ?? []).map(
    (example) =>
      html`<figure><figcaption>${example.summary} <span class="status s${String(example.status)[0]}">${
        example.status
      }</span></figcaption><pre tabindex="0"><code>${curlOf(endpoint, example)}</code></pre></figure>`,
  )}`;

export const anchorOf = (endpoint: Pick<Described, 'method' | 'path'>): string => operationId(endpoint);

/** An endpoint's section. */
export function endpointSection(endpoint: Described, operation: Operation): Html {
  const { method, path, access, summary, description, idempotent } = endpoint;
  return html`<section class="endpoint" id="${anchorOf(endpoint)}">
<h3><a class="anchor" href="#${anchorOf(endpoint)}">${summary}</a></h3>
<p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code> ${accessOf(access)}${
    idempotent && html` <span class="access"><code>Idempotency-Key</code></span>`
  }</p>
${description !== undefined && html`<p>${prose(description)}</p>`}
${parametersOf(operation)}${bodyOf(operation)}${responsesOf(operation)}${examplesOf(endpoint)}
</section>`;
}
