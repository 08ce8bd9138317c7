/** One line of `assay score --jsonl`: a text to score and the name its answer goes by. */
import { z } from 'zod';
import { checkText } from './check-item.js';
import { ITEM_KINDS } from './ids.js';
import { LIMITS } from './limits.js';
import { Facet } from './post.js';
import { parseAs } from './problem.js';

const FORMATS = ['text', 'html', 'raw'] as const;

/** Unknown fields are ignored: labelled texts often carry more. */
export const ScoreLine = z
  .object({
    id: z.union([z.string().max(LIMITS.idLength), z.number()]).optional(),
    kind: z.enum(ITEM_KINDS),
    text: z.string().optional(),
    html: z.string().optional(),
    raw: z.string().optional().describe('RFC 5322 bytes in base64, or the letter itself'),
    facets: z.array(Facet).max(LIMITS.facets).optional(),
    lang: z.string().max(35).optional(),
  })
  .refine((line) => FORMATS.filter((format) => line[format] !== undefined).length === 1, {
    message: 'expected exactly one of text, html and raw',
    path: ['text'],
  })
  .refine(({ kind, raw }) => kind === 'email' || raw === undefined, {
    message: 'expected raw with kind "email" only',
    path: ['raw'],
  });
export type ScoreLine = z.infer<typeof ScoreLine>;

/** @throws {AssayError} `item.invalid`, `item.text_too_long`, `item.ill_formed_text` */
export function checkScoreLine(value: unknown): ScoreLine {
  const line = parseAs(ScoreLine, value, 'item.invalid');
  if (line.text !== undefined) checkText(line.text, '/text');
  if (line.html !== undefined) checkText(line.html, '/html');
  return line;
}

/** The bytes of a letter given as `raw`: base64 has no colon, so a letter with a single header field is never mistaken for it. */
export function rawBytesOf(raw: string): Buffer {
  const compact = raw.replace(/\s+/g, '');
  const isBase64 = compact.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(compact);
  return isBase64 ? Buffer.from(compact, 'base64') : Buffer.from(raw, 'utf8');
}
