/** Facets from strangers: whether a value can be read as the entities of a post at all. */
import type { TextFacet } from './canonical.js';

/** Facets that the canonical text can at least look at; it checks their ranges itself. */
export const isFacets = (value: unknown): value is readonly TextFacet[] =>
  Array.isArray(value) &&
  value.every(
    (facet) =>
      typeof facet === 'object' &&
      facet !== null &&
      Number.isSafeInteger(facet.start) &&
      Number.isSafeInteger(facet.end) &&
      typeof facet.type === 'string' &&
      (facet.uri === undefined || typeof facet.uri === 'string'),
  );
