/** A list message as a platform shows it, and without anybody's address. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maskAddress, maskRaw, maskText } from '../../../../src/demo/corpus/mask.js';
import { readablePost } from '../../../../src/demo/corpus/readable.js';

describe('readablePost', () => {
  it('keeps quotations that are answered and drops the one under the answer', () => {
    const text = 'Ann wrote:\n> one\nYes.\n> two\nNo.\n\nOn Monday,\nBen wrote:\n> all\n> of it\n\n';
    expect(readablePost(text)).toBe('Ann wrote:\n> one\nYes.\n> two\nNo.');
  });

  it('keeps a post that ends in blank lines only, and one whose quotation nobody introduced', () => {
    expect(readablePost('Fine.\n\n\n')).toBe('Fine.');
    expect(readablePost('Fine.\n> quoted')).toBe('Fine.');
    expect(readablePost('> nothing but a quotation')).toBe('');
  });

  it.each([
    ['a signature', '-- \nAnn Example\nSome Street 1'],
    [
      'a list footer',
      '_______________________________________________\nX mailing list\nhttp://x.example/listinfo/x',
    ],
    [
      'an advertisement',
      '-------------------------------------------------------\nThis sf.net email is sponsored by: X',
    ],
    ['an original message', '-----Original Message-----\nFrom: Ben'],
    ['a PGP signature', '-----BEGIN PGP SIGNATURE-----\nabc'],
    ['a way out of the group', 'To unsubscribe from this group, send an email to:\nx'],
  ])('cuts %s', (_, tail) => {
    expect(readablePost(`What I say.\n\n${tail}\nmore\n`)).toBe('What I say.');
  });

  it('keeps a rule that is no footer', () => {
    const text = `Before\n${'-'.repeat(30)}\nAfter, and a good deal more of it`;
    expect(readablePost(text)).toBe(text);
  });

  it('takes off the first lines of a signed message, control characters and empty lines in a row', () => {
    const text = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nOne\u0007\n\n\n\nTwo';
    expect(readablePost(text)).toBe('One\n\nTwo');
  });
});

describe('masking', () => {
  it('says in a post where an address or a telephone number stood', () => {
    expect(maskText('ask <ann.b+c@mail.example.org> or mailto:ben@x')).toBe(
      'ask <[address hidden]> or [address hidden]',
    );
    expect(maskText('Phone: (717) 245-1256, +34 936 00 23 23; kernel 2.4.18-10, 2002-09-11')).toBe(
      'Phone: [number hidden], [number hidden]; kernel 2.4.18-10, 2002-09-11',
    );
  });

  it('gives an address the same alias everywhere and keeps its domain', () => {
    const masked = maskAddress('Ann@mail.example, ann@mail.example, ben@mail.example');
    const [first, second, third] = masked.split(', ');
    expect(first).toMatch(/^p[0-9a-f]{10}@mail\.example$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('changes nothing but what stands before an @', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const raw = Buffer.from(bytes.map((byte) => (byte === 0x40 ? 0x41 : byte)));
        expect(maskRaw(raw)).toEqual(raw);
      }),
    );
  });
});
