/**
 * Takes people's mail addresses out of what the demo shows, and telephone numbers out of posts. In posts a word says what
 * was there; in raw letters only the part before the @ changes, always to the same, so that threads and syntax stay whole.
 */
import { createHash } from 'node:crypto';

/** Anything that could be an address, Message-IDs included. */
const ADDRESS = /[\w.+%=$!#&'*/?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*/g;

/** International, or with an area code in brackets; bare groups of digits are as often versions or dates. */
const PHONE = /(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?|\(\d{2,4}\) ?)\d{2,4}(?:[ .-]\d{2,4}){1,4}(?!\d)/g;

export const HIDDEN_ADDRESS = '[address hidden]';
export const HIDDEN_NUMBER = '[number hidden]';

/** A post's text without addresses and telephone numbers. */
export const maskText = (text: string): string =>
  text
    .replace(/mailto:(?=\S+@)/gi, '')
    .replace(ADDRESS, HIDDEN_ADDRESS)
    .replace(PHONE, HIDDEN_NUMBER);

/** Lower-case hex name that stands for an address's local part. */
const alias = (local: string): string =>
  `p${createHash('sha256').update(local.toLowerCase()).digest('hex').slice(0, 10)}`;

/** An address under its alias, at the same domain. */
export const maskAddress = (address: string): string =>
  address.replace(ADDRESS, (found) => {
    const at = found.lastIndexOf('@');
    return `${alias(found.slice(0, at))}${found.slice(at)}`;
  });

/** A raw letter with every visible address under its alias; other bytes stay as they are. */
export const maskRaw = (raw: Buffer): Buffer => Buffer.from(maskAddress(raw.toString('latin1')), 'latin1');
