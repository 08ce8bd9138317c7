/**
 * Whether a value is a verifier's answer: the same rules as the zod schema `VerifyResult`, in plain code because pages
 * load it without zod (a test holds the two against each other). Members that a later version adds are passed over.
 */
import type { VerifyResult } from '../../schemas/attestation.js';

type Rule = (value: unknown) => boolean;

const one =
  (...words: readonly string[]): Rule =>
  (value) =>
    words.includes(value as string);
const text: Rule = (value) => typeof value === 'string';
const level =
  (most: number): Rule =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const listOf =
  (rule: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.every(rule);
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value);

const levels: Rule = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { prs, unq, cmp } = value as Record<string, unknown>;
  return Object.keys(value).length === 3 && level(3)(prs) && level(3)(unq) && level(1)(cmp);
};

const MEMBERS: Readonly<Record<string, Rule>> = {
  valid: (value) => typeof value === 'boolean',
  hal: orNull(level(3)),
  lvl: orNull(levels),
  author: one('match', 'different', 'unchecked'),
  content: one('exact', 'reformatted', 'different', 'unchecked'),
  status: one('valid', 'revoked', 'suspended', 'superseded', 'unknown'),
  statusAsOf: orNull(text),
  stale: (value) => typeof value === 'boolean',
  notProven: listOf(one('composed', 'unique', 'uncoerced')),
  // A code of a later version is one that failed all the same.
  errors: listOf(text),
  reported: listOf(text),
  jti: orNull(text),
  iss: orNull(text),
};

export const isResult = (value: unknown): value is VerifyResult =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(MEMBERS).every(([name, rule]) => rule((value as Record<string, unknown>)[name]));
