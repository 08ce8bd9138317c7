/**
 * The one way text becomes markup: a template tag that escapes every value put into it. Values stand between tags or in
 * quoted attributes, never in tag or attribute names, scripts or styles (the Content-Security-Policy forbids inline
 * ones anyway); addresses are built by `href`, so no text from outside becomes a scheme.
 */

/** Markup that is safe as it stands; made only by `html`. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may be put into a template. Lists are joined; null, undefined and false are nothing. */
export type Value = Html | string | number | null | undefined | false | readonly Value[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for between tags and for quoted attributes. NUL, which no HTML may hold, becomes U+FFFD. */
export const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string).replaceAll('\0', '\ufffd');

function markupOf(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  return value.map(markupOf).join('');
}

/** Markup with its values escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, index) => part + markupOf(values[index])).join(''));
}

/**
 * A path of this service with a query; empty values are left out.
 * @param path begins with a slash; its variable parts are already encoded by `segment`
 */
export function href(
  path: string,
  query: Readonly<Record<string, string | number | null | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** One variable part of a path. */
export const segment = (text: string): string => encodeURIComponent(text);
