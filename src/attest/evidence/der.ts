/**
 * As much DER (ITU-T X.690) as certificates of authenticators need: elements one behind another, and the extensions of
 * a certificate. Signatures, names and times of certificates are Node's business (`certificates.ts`).
 */

export class DerError extends Error {}

export interface Element {
  /** Tag number without class and form; class and form in `kind` (0x30 = universal, constructed, SEQUENCE's 0x10 → 0x20). */
  tag: number;
  /** The three upper bits: class and whether it is constructed. */
  kind: number;
  content: Uint8Array;
}

const CONSTRUCTED = 0x20;
export const CONTEXT = 0xa0;

/** All elements in some bytes. @throws {DerError} */
export function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { element, end } = readElement(bytes, at);
    found.push(element);
    at = end;
  }
  return found;
}

/** The elements inside of a SEQUENCE, which is all of the bytes. @throws {DerError} */
export function sequence(bytes: Uint8Array): Element[] {
  const [only, more] = elements(bytes);
  if (only === undefined || more !== undefined || only.tag !== 0x10 || only.kind !== CONSTRUCTED) {
    throw new DerError('expected one SEQUENCE');
  }
  return elements(only.content);
}

function readElement(bytes: Uint8Array, start: number): { element: Element; end: number } {
  let at = start;
  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new DerError('found fewer bytes than announced');
    at += 1;
    return byte;
  };
  const first = next();
  let tag = first & 0x1f;
  if (tag === 0x1f) {
    tag = 0;
    for (let more = true; more; ) {
      const byte = next();
      tag = tag * 128 + (byte & 0x7f);
      more = byte >= 0x80;
      if (tag > 0xffff) throw new DerError('found a tag beyond 65535');
    }
  }
  let length = next();
  if (length >= 0x80) {
    const size = length & 0x7f;
    if (size === 0 || size > 3) throw new DerError('found an indefinite or too long length');
    length = 0;
    for (let left = size; left > 0; left -= 1) length = length * 256 + next();
  }
  const end = at + length;
  if (end > bytes.length) throw new DerError('found fewer bytes than announced');
  return { element: { tag, kind: first & 0xe0, content: bytes.subarray(at, end) }, end };
}

/** The value of an extension of a certificate (RFC 5280 section 4.1), by the hexadecimal content of its OID; null without it. @throws {DerError} */
export function extensionOf(certificate: Uint8Array, oid: string): Uint8Array | null {
  const [tbs] = sequence(certificate);
  const holder = tbs && elements(tbs.content).find(({ tag, kind }) => tag === 3 && kind === CONTEXT);
  if (!holder) return null;
  for (const each of sequence(holder.content)) {
    const [name, ...rest] = elements(each.content);
    if (name && Buffer.from(name.content).toString('hex') === oid) return rest.at(-1)?.content ?? null;
  }
  return null;
}
