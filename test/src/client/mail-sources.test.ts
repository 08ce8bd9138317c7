/**
 * Where decoding happens: vectors of mail carry the letter as it was sent (`source`), and what a platform hands in
 * (`input`) is what an ordinary mail reader makes of it: transfer encoding, character set and format=flowed undone,
 * the footer of a list shown apart.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { canonicalText } from '../../../src/client/canonical.js';

interface Case {
  name: string;
  source?: string;
  input: { text?: string };
  expected: { canonical: string };
}
const file = new URL('../../vectors/hpt-1.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
const letters = cases.filter((each) => each.source !== undefined);

/** Mailman's line, from which on the text is the list's and not the author's. */
const LIST_FOOTER = /^_{20,}\n[\s\S]*/m;

describe('a letter as it was sent, read by a mail reader', () => {
  test.each(letters.map((each) => [each.name, each] as const))(
    '%s',
    async (_name, { source, input, expected }) => {
      const { text } = await simpleParser(source!);
      const shown = text!.replace(/\r\n/g, '\n').replace(LIST_FOOTER, '');
      expect(shown.trimEnd()).toBe(input.text!.trimEnd());
      expect(canonicalText(shown).canonical).toBe(expected.canonical);
    },
  );

  test('comes in each way that mail is encoded', () => {
    const sources = letters.map((each) => each.source!).join('\n');
    for (const part of ['format=flowed', 'quoted-printable', 'base64', 'iso-8859-15']) {
      expect(sources).toContain(part);
    }
  });
});
