/**
 * Elements that browsers show at another place than where they stand: the head and caption of a table above its rows, the
 * foot below, the title of a group or of details above what is in it (docs/attestation-hpt.md section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import type { Element, Node } from './html-elements.js';

/** Where the children of an element are shown, from above; those without a number only have a place where they stand. */
const PLACES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  table: { caption: 0, colgroup: 1, col: 1, thead: 2, tbody: 3, tr: 3, tfoot: 4 },
  fieldset: { legend: 0 },
  details: { summary: 0 },
};
const LAST = 3;

/** The children of an element that stand below others over which they are shown. */
export function misplacedIn({ tagName, childNodes }: Element): Node[] {
  if (!Object.hasOwn(PLACES, tagName)) return [];
  const places = PLACES[tagName]!;
  const found: Node[] = [];
  let lowest = 0;
  for (const child of childNodes) {
    if (child.nodeName === '#comment' || isBlank(child)) continue;
    const place = Object.hasOwn(places, child.nodeName) ? places[child.nodeName]! : LAST;
    if (place < lowest) found.push(child);
    else lowest = place;
  }
  return found;
}

const isBlank = (node: Node): boolean =>
  node.nodeName === '#text' && !/[^ \t\n\f\r]/.test((node as DefaultTreeAdapterTypes.TextNode).value);
