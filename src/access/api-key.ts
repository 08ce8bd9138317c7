/**
 * The form of an API key: `ask_<prefix>_<secret>`. The prefix is the key's public name (logs, lists, revocation); the
 * whole key is shown once, at creation, and only its hash is kept.
 */
import { randomInt } from 'node:crypto';
import { newSecret } from './secret.js';

const PREFIX_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const PREFIX_LENGTH = 10;
const FORM = /^ask_([a-z2-9]{10})_[A-Za-z0-9_-]{43}$/;

/** A new key and the prefix that names it. */
export function newApiKey(): { prefix: string; key: string } {
  let prefix = '';
  while (prefix.length < PREFIX_LENGTH) prefix += PREFIX_ALPHABET[randomInt(PREFIX_ALPHABET.length)];
  return { prefix, key: `ask_${prefix}_${newSecret()}` };
}

/** The prefix of a well-formed key, else null. */
export const prefixOf = (key: string): string | null => FORM.exec(key)?.[1] ?? null;
