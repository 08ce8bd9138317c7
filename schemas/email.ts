/** An e-mail as a mail operator hands it in (design section 4). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { LIMITS } from './limits.js';
import { ExternalId, Instant } from './post.js';

/** A mail address as the envelope carries it; empty for the null reverse-path of bounces (RFC 5321 4.5.5). */
const Mailbox = z.string().max(320);

export const MailEnvelope = z.object({
  mailFrom: Mailbox,
  rcptTo: z.array(Mailbox.min(1)).min(1).max(LIMITS.recipients),
  clientIp: z.string().max(45).optional(),
  helo: z.string().max(255).optional(),
});

export const Email = z
  .object({
    id: ExternalId.optional().describe(
      "The operator's delivery id; default: SHA-256 of envelope and raw bytes. Never the Message-ID, which a stranger chooses.",
    ),
    receivedAt: Instant,
    envelope: MailEnvelope,
    raw: z.base64().describe('RFC 5322 bytes in base64'),
  })
  .meta({ id: 'Email' });
export type Email = z.infer<typeof Email>;

/** All mail of a tenant is on one platform, and a letter never has a second version. */
export const MAIL_PLATFORM = 'mail';
export const MAIL_VERSION = 0;

/** External id of a mail: the delivery id, else SHA-256(envelope ‖ raw). */
export function mailId(email: Email): string {
  if (email.id !== undefined) return email.id;
  const { mailFrom, rcptTo, clientIp = '', helo = '' } = email.envelope;
  return createHash('sha256')
    .update(JSON.stringify([mailFrom, [...rcptTo].sort(), clientIp, helo]))
    .update('\0')
    .update(Buffer.from(email.raw, 'base64'))
    .digest('base64url');
}

/** Where a raw mail lies that is too long for a record. */
export const BlobRef = z.object({ sha256: z.string(), size: z.int().min(0), ref: z.string() });
export type BlobRef = z.infer<typeof BlobRef>;

/** What travels on the `emails` topic: the mail itself, or a reference to where it lies. */
export const EmailRecord = z.object({
  id: ExternalId.optional(),
  receivedAt: Instant,
  envelope: MailEnvelope,
  raw: z.base64().optional(),
  blob: BlobRef.optional(),
});
export type EmailRecord = z.infer<typeof EmailRecord>;
