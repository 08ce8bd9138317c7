/** JSON schemas of the OpenAPI document as people read them: a type in a few words, and objects as tables of fields. */
import { type Html, html, type Value } from '../console/html.js';

/** As much of JSON Schema (2020-12) as the document uses. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  items?: Schema;
  prefixItems?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

/** Objects within objects that are shown in one table; deeper ones are called objects. */
const MAX_DEPTH = 4;

/** Text with `code` between backticks. */
export const prose = (text: string): Value =>
  text.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`));

export const schemaName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

const joined = (parts: readonly Value[], between: string): Value =>
  parts.flatMap((part, at) => (at === 0 ? [part] : [between, part]));

const alternatives = ({ anyOf, oneOf }: Schema): readonly Schema[] | undefined => anyOf ?? oneOf;

/** A type in a few words; named types are links to their own table. */
export function typeOf(schema: Schema): Value {
  if (schema.$ref !== undefined) {
    const name = schemaName(schema.$ref);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.enum !== undefined)
    return joined(
      schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' or ',
    );
  const either = alternatives(schema);
  if (either !== undefined) return joined(either.map(typeOf), ' or ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return 'anything';
  return joined(
    types.map((type) => oneType(type, schema)),
    ' or ',
  );
}

function oneType(type: string, schema: Schema): Value {
  if (type === 'array') {
    if (schema.prefixItems !== undefined) return ['[', joined(schema.prefixItems.map(typeOf), ', '), ']'];
    return schema.items === undefined ? 'list' : ['list of ', typeOf(schema.items)];
  }
  const values = schema.additionalProperties;
  if (type === 'object' && typeof values === 'object' && Object.keys(values).length > 0)
    return ['map to ', typeOf(values)];
  return schema.format === undefined ? type : `${type} (${schema.format})`;
}

const between = (low: number | undefined, high: number | undefined, what = ''): string | null => {
  if (low === undefined && high === undefined) return null;
  if (low === undefined) return `at most ${high}${what}`;
  if (high === undefined) return `at least ${low}${what}`;
  return low === high ? `exactly ${low}${what}` : `${low} to ${high}${what}`;
};

/** What a value is held to, beside its type. */
export function boundsOf(schema: Schema): string {
  const limit = Number.MAX_SAFE_INTEGER;
  const maximum = schema.maximum === limit ? undefined : schema.maximum;
  const minimum = schema.minimum === -limit ? undefined : schema.minimum;
  return [
    between(minimum, maximum),
    between(schema.minLength, schema.maxLength, ' characters'),
    between(schema.minItems, schema.maxItems, ' entries'),
  ]
    .filter((bound) => bound !== null)
    .join(', ');
}

/** The description of a value: what it means, then its bounds. */
export const meaningOf = (schema: Schema): Value => {
  const bounds = boundsOf(schema);
  return [
    schema.description !== undefined && prose(schema.description),
    bounds !== '' && html` <span class="bounds">${bounds}</span>`,
  ];
};

/** Fields of an object where they are written down in place, else undefined. */
function inPlace(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema;
  return schema.items?.properties === undefined ? undefined : schema.items;
}

function rows(schema: Schema, prefix: string, depth: number): Html[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const required = schema.required?.includes(name) ?? false;
    const nested = depth < MAX_DEPTH ? inPlace(field) : undefined;
    const list = field.items !== undefined && nested !== undefined ? '[]' : '';
    const row = html`<tr><th scope="row"><code>${prefix}${name}</code>${
      !required && html` <span class="optional">optional</span>`
    }</th><td>${typeOf(field)}</td><td>${meaningOf(field)}</td></tr>`;
    return [row, ...(nested === undefined ? [] : rows(nested, `${prefix}${name}${list}.`, depth + 1))];
  });
}

/** A schema as a table of fields, or as the type it is. */
export function schemaTable(schema: Schema): Html {
  const either = alternatives(schema);
  if (either?.some((one) => one.properties !== undefined))
    return html`<p>One of:</p><ul class="either">${either.map(
      (one) =>
        html`<li>${one.description !== undefined && html`<p>${prose(one.description)}</p>`}${schemaTable(one)}</li>`,
    )}</ul>`;
  if (schema.properties === undefined)
    return html`<p class="type">${typeOf(schema)} ${meaningOf(schema)}</p>`;
  return html`<div class="wide"><table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows(schema, '', 1)}</tbody></table></div>`;
}
