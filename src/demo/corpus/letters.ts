/** Which messages of the corpus are letters to one reader, and the envelope each would have come in. */
import type { Email } from '../../../schemas/email.js';
import { listOf } from './list-messages.js';
import { maskAddress } from './mask.js';
import { header, type Message } from './message.js';

/** Where a letter names no readable sender or recipient. */
const UNKNOWN_SENDER = 'unknown@mail.example';
const READER = 'reader@mail.example';

/** Senders that are programs: headlines turned into mail, cron, system accounts. */
const AUTOMATED = /rssfeeds@|nobody@|root@|daemon|pudge@perl\.org/i;

/** True for a letter that a person or an office wrote to its reader: no list talk, no program's notice. */
export const isLetter = (message: Message): boolean =>
  listOf(message) === null &&
  !['list-id', 'mailing-list', 'x-beenthere'].some((name) => message.headers.has(name)) &&
  !AUTOMATED.test(header(message, 'from'));

const address = (value: string): string | null =>
  /[^\s<>()",;:]+@[^\s<>()",;:]+/.exec(value)?.[0]?.slice(0, 320) ?? null;

/** Envelope that goes with the headers of a letter; addresses are masked as in the letter. */
export const envelopeOf = (message: Message): Email['envelope'] => ({
  mailFrom: maskAddress(address(header(message, 'from')) ?? UNKNOWN_SENDER),
  rcptTo: [maskAddress(address(header(message, 'to')) ?? READER)],
});
