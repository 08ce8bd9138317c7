/**
 * What a `style` attribute does to the displayed text: what it hides, and what it does in ways that are not read
 * (docs/attestation-hpt.md section 7).
 */
import { attribute, type Element, names } from './html-elements.js';

/** Declarations of a `style` attribute, names and values in lower case; null when it is written to be misread. */
export function styleOf(element: Element): Map<string, string> | null {
  const style = attribute(element, 'style');
  if (style === undefined) return new Map();
  if (style.includes('\\')) return null;
  return new Map(
    withoutComments(style)
      .toLowerCase()
      .split(';')
      .flatMap((declaration) => {
        const colon = declaration.indexOf(':');
        if (colon < 0) return [];
        return [[declaration.slice(0, colon).trim(), withoutImportant(declaration.slice(colon + 1).trim())]];
      }),
  );
}

/** Comments of CSS; one that is not closed goes to the end. */
function withoutComments(style: string): string {
  let kept = '';
  let from = 0;
  for (let open = style.indexOf('/*'); open >= 0; open = style.indexOf('/*', from)) {
    kept += style.slice(from, open);
    const close = style.indexOf('*/', open + 2);
    from = close < 0 ? style.length : close + 2;
  }
  return kept + style.slice(from);
}

function withoutImportant(value: string): string {
  if (!value.endsWith('important')) return value;
  const rest = value.slice(0, -'important'.length).trimEnd();
  return rest.endsWith('!') ? rest.slice(0, -1).trimEnd() : value;
}

// Each pattern has one way to match: an attribute may be as long as the post.
const ZERO = /^(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?$/;
const HIDING: readonly (readonly [string, RegExp])[] = [
  ['display', /^none$/],
  ['visibility', /^(?:hidden|collapse)$/],
  ['content-visibility', /^hidden$/],
  ['opacity', ZERO],
  ['font-size', ZERO],
  ['color', /^transparent$/],
  ['mso-hide', /^all$/],
  ['text-indent', /^-\d{3}/],
  ['left', /^-\d{3}/],
  ['top', /^-\d{3}/],
  ['clip', /^rect\(\s*0/],
  ['clip-path', /^inset\(\s*(?:50|100)%/],
];

export function isHidden(element: Element, style: Map<string, string> | null): boolean {
  if (style === null || attribute(element, 'hidden') !== undefined) return true;
  if (element.tagName === 'dialog' && attribute(element, 'open') === undefined) return true;
  if (HIDING.some(([name, value]) => style.get(name) !== undefined && value.test(style.get(name)!)))
    return true;
  const flat = ['height', 'max-height', 'width', 'max-width'].some((name) =>
    ZERO.test(style.get(name) ?? '1'),
  );
  return flat && style.get('overflow') === 'hidden';
}

/** Styles that move, turn or respell text in ways that are not read here. */
const STYLED = names(
  'position float transform text-transform letter-spacing word-spacing writing-mode filter content order',
);
export const isStyled = (style: Map<string, string>): boolean =>
  [...style.keys()].some((name) => STYLED.has(name));
