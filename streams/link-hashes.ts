/** Hashes of the links in a text: items that push the same address can be found together without keeping the address. */
import type { z } from 'zod';
import { hashId } from '../schemas/ids.js';
import type { Facet } from '../schemas/post.js';

/** Links per item that count; a text with more is not told apart by the rest. */
const MAX_LINKS = 32;
const URL_IN_TEXT = /https?:\/\/[^\s<>"'()[\]{}]{1,2048}/giu;

/** Scheme, host and path as compared: host in lower case, no fragment, no trailing punctuation. */
function comparable(link: string): string | null {
  try {
    const url = new URL(link.replace(/[.,;:!?]+$/u, ''));
    return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/u, '')}${url.search}`;
  } catch {
    return null;
  }
}

/** Distinct hashes of the links in a text and in its facets, sorted, at most 32. */
export function linkHashes(text: string, facets: readonly z.infer<typeof Facet>[] = []): string[] {
  const links = new Set<string>();
  const add = (link: string): void => {
    const known = comparable(link);
    if (known !== null && links.size < MAX_LINKS) links.add(hashId('link', known));
  };
  for (const facet of facets) if (facet.type === 'link' && facet.uri !== undefined) add(facet.uri);
  for (const match of text.matchAll(URL_IN_TEXT)) {
    if (links.size >= MAX_LINKS) break;
    add(match[0]);
  }
  return [...links].sort();
}
