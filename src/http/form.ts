/**
 * Form bodies (`application/x-www-form-urlencoded`, WHATWG URL section 5): what a page without scripts can send. Bounded
 * like every body, UTF-8 strict after percent-decoding, no field twice; the form token is taken out for the gate.
 */
import type { Request } from 'express';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { mediaTypeOf, readBytes } from './body.js';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Name of the field that carries the session's form token. */
export const CSRF_FIELD = 'csrf';

export interface Form {
  bytes: Buffer;
  /** Fields without the token. */
  fields: Readonly<Record<string, string>>;
  csrf: string | undefined;
}

function decode(part: string): string {
  try {
    if (/[^\x20-\x7e]/.test(part)) throw new URIError('expected percent-encoding');
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw new AssayError('request.invalid_utf8', 'A form field is not percent-encoded UTF-8.');
  }
}

/**
 * The fields of a form body.
 * @throws {AssayError} `request.invalid_utf8`, `request.invalid` for more than LIMITS.formFields or a repeated field
 */
export function parseForm(bytes: Buffer): Form {
  const pairs = bytes.toString('latin1').split('&', LIMITS.formFields + 1);
  if (pairs.length > LIMITS.formFields) {
    throw new AssayError('request.invalid', `expected at most ${LIMITS.formFields} fields, found more`);
  }
  const fields: Record<string, string> = Object.create(null);
  for (const pair of pairs) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    if (name in fields) throw new AssayError('request.invalid', 'expected each field once, found one twice');
    fields[name] = at === -1 ? '' : decode(pair.slice(at + 1));
  }
  const { [CSRF_FIELD]: csrf, ...rest } = fields;
  return { bytes, fields: rest, csrf };
}

/**
 * Reads a form.
 * @param limit in bytes
 * @throws {AssayError} `request.media_type`, `request.too_large`, and what `parseForm` throws
 */
export async function readForm(request: Request, limit: number): Promise<Form> {
  mediaTypeOf(request.get('content-type'), [FORM_TYPE]);
  return parseForm(await readBytes(request, limit));
}
