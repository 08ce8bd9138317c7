/** The footer of a mailing list: left out of the words by its template only, and never out of the text. */
import { describe, expect, test } from '@jest/globals';
import { canonicalText } from '../../../src/client/canonical.js';
import { withoutListFooter } from '../../../src/client/list-footer.js';
import { wordForm } from '../../../src/client/words.js';

const RULE = '_'.repeat(47);

describe('a list footer', () => {
  test.each([
    ['Mailman 2', [RULE, 'users mailing list', 'users@lists.example', 'https://lists.example/info/users']],
    [
      'Mailman 3',
      [RULE, 'users mailing list -- users@lists.example', 'To unsubscribe send an email to u@l.example'],
    ],
    ['a group', ['--', 'To view this discussion on the web visit https://groups.example/d/1.']],
  ])('of %s is left out', (_name, footer) => {
    expect(withoutListFooter(['The text.', ...footer])).toEqual(['The text.']);
    expect(wordForm(['The text.', ...footer].join('\n'))).toBe('The text');
    expect(canonicalText(['The text.', ...footer].join('\n')).canonical).toContain(footer.at(-1));
  });

  test.each([
    ['a rule alone', ['The text.', RULE]],
    ['an address on the web alone', ['The text.', RULE, 'https://evil.example/pay']],
    ['an address on the web under two hyphens', ['The text.', '--', '<https://evil.example/pay>']],
    ['a mail address alone', ['The text.', RULE, 'users@lists.example']],
    [
      'addresses before the line of a list',
      ['The text.', RULE, 'https://evil.example/', 'users mailing list'],
    ],
    ['no rule', ['The text.', 'users mailing list']],
    ['a rule that is too short', ['The text.', '_'.repeat(19), 'users mailing list']],
    ['a line of another kind', ['The text.', RULE, 'users mailing list', 'Buy now', 'users@lists.example']],
    ['a name of several words', ['The text.', RULE, 'do not trust this mailing list']],
    ['too many lines', ['The text.', RULE, ...Array.from({ length: 7 }, () => 'users mailing list')]],
    ['an empty text', ['']],
  ])('is not found in %s', (_name, lines) => expect(withoutListFooter(lines)).toEqual(lines));
});
