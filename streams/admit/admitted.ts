/** What admission makes of a record: a text or a deletion, checked, and bound to its item. */
import type { z } from 'zod';
import type { BlobRef } from '../../schemas/email.js';
import type { ItemKind } from '../../schemas/ids.js';
import type { Facet } from '../../schemas/post.js';
import type { LogRecord } from '../log/port.js';

interface Common {
  /** Where it lay on the log; absent where a stored text is judged again. */
  record?: LogRecord;
  tenant: string;
  kind: ItemKind;
  platform: string;
  externalId: string;
  itemId: string;
  version: number;
  /** Of the received text or raw bytes; empty for a deletion. */
  contentHash: string;
  /** When the record was appended (posts) or the mail received, in ms. */
  receivedMs: number;
}

export interface AdmittedText extends Common {
  deletion: false;
  format: 'text' | 'html' | 'raw';
  /** Received text or HTML (posts), or the judged text of the letter (mail). */
  content: string;
  subject: string | null;
  raw: BlobRef | null;
  conversationId: string;
  inReplyTo: string | null;
  authorId: string;
  handle: string | null;
  publishedMs: number;
  facets: z.infer<typeof Facet>[];
  lang: string | null;
  attestation: string | null;
  recipients: readonly string[];
}

export interface AdmittedDeletion extends Common {
  deletion: true;
}

export type Admitted = AdmittedText | AdmittedDeletion;
