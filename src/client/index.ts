/**
 * The verifier library, entry `assay/client`: checks attestations and filters feeds, offline or with a fetch function,
 * in Node, browsers and workers. Needs jose and nothing else; `assay/client/html` adds HTML through parse5.
 */
export {
  CANONICALISATION,
  type CanonicalText,
  canonicalText,
  type Run,
  type TextFacet,
} from './canonical.js';
export type { Report } from './characters.js';
export {
  type FeedDecision,
  type FeedItem,
  filterFeed,
  type JudgedItem,
  judgeFeed,
  SENTENCES,
} from './feed.js';
export type { Fetch, VerifierCache } from './fetch.js';
export { accountBinding, type ContentHashes, hashesOf } from './hash.js';
export { halOf, labelOf, notProvenOf } from './levels.js';
export { DEFAULT_POLICY, POLICIES } from './policy.js';
export { type RejectionReason, TextRejected } from './rejection.js';
export { createVerifier, type Found, type Verifier, type VerifierOptions } from './verify.js';
export { wordForm } from './words.js';
