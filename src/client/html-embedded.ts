/**
 * What is shown, but not as text that could be read from here: drawings, controls, players, other pages. All text that it
 * holds stands between two U+FFFC, so that it is neither lost nor taken for ordinary text (docs/attestation-hpt.md
 * section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { lower } from './css-tokens.js';
import { attribute, childrenOf, type Element, type Node } from './html-elements.js';

/** OBJECT REPLACEMENT CHARACTER: here something is shown. */
export const OBJECT = '\ufffc';

/** How an embedded element is written, or null when there is nothing to see. */
export function embeddedText(element: Element): string | null {
  const { tagName } = element;
  if (tagName === 'input' && lower(attribute(element, 'type') ?? '') === 'hidden') return null;
  const held = [...ownTexts(element), ...innerTexts(element)].join(' ').replace(/[ \t\n\f\r]+/g, ' ');
  if (/\S/.test(held)) return `${OBJECT}${held.replace(/^ | $/g, '')}${OBJECT}`;
  return tagName === 'input' || hasSource(element) ? OBJECT : null;
}

/** Attributes that are shown as text, or decide which text is. */
function ownTexts(element: Element): string[] {
  const type = lower(attribute(element, 'type') ?? '');
  if (element.tagName === 'input' && (type === 'checkbox' || type === 'radio')) {
    return attribute(element, 'checked') === undefined ? [] : ['x'];
  }
  const shown = ['value', 'placeholder', 'alt', 'srcdoc', 'label'];
  const texts = shown.flatMap((name) => attribute(element, name) ?? []);
  return attribute(element, 'selected') === undefined ? texts : [...texts, 'x'];
}

const SOURCES = ['src', 'data', 'poster', 'srcset'];

/** Whether it, or a `source` in it, brings something from elsewhere. */
const hasSource = (element: Element): boolean =>
  SOURCES.some((name) => /\S/.test(attribute(element, name) ?? '')) ||
  element.childNodes.some((node) => node.nodeName === 'source');

function innerTexts(element: Element): string[] {
  const found: string[] = [];
  const stack: Node[] = [...childrenOf(element)].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.nodeName === '#text') found.push((node as DefaultTreeAdapterTypes.TextNode).value);
    if (!('tagName' in node) || UNREAD.test(node.tagName)) continue;
    for (const text of ownTexts(node)) found.push(text);
    const children = childrenOf(node);
    for (let index = children.length - 1; index >= 0; index--) stack.push(children[index]!);
  }
  return found;
}

const UNREAD = /^(?:title|desc|style|script)$/;
