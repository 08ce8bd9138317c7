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
      [
        RULE,
        'users mailing list -- users@lists.example',
        'To unsubscribe send an email to users-leave@lists.example',
        'https://lists.example/mailman3/lists/users.lists.example/',
      ],
    ],
    [
      'a group of Google',
      [
        '--',
        'You received this message because you are subscribed to the Google Groups "users" group.',
        'To unsubscribe from this group and stop receiving emails from it, send an email to users+unsubscribe@googlegroups.com.',
        'To view this discussion on the web visit https://groups.google.com/d/msgid/users/1%40mail.',
      ],
    ],
    [
      'a list of an organisation',
      ['--', 'Users mailing list', 'users@x.example', '<https://mail.x.example/users>'],
    ],
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
    [
      'a page on another host',
      ['T.', RULE, 'users mailing list', 'users@x.example', 'https://evil.example/users'],
    ],
    [
      'a page on a host that ends alike',
      ['T.', RULE, 'users mailing list', 'users@x.example', 'https://evilx.example/users'],
    ],
    [
      'a host that is only the user name',
      ['T.', RULE, 'users mailing list', 'users@x.example', 'https://x.example@evil.example/users'],
    ],
    [
      'a page that does not name the list',
      ['T.', RULE, 'users mailing list', 'users@x.example', 'https://x.example/pay'],
    ],
    [
      'a page behind a sign',
      ['T.', RULE, 'users mailing list', 'users@x.example', 'https://x.example/?/users'],
    ],
    [
      'two pages',
      [
        'T.',
        RULE,
        'users mailing list',
        'users@x.example',
        'https://x.example/users',
        'https://x.example/users',
      ],
    ],
    ['a page without an address', ['T.', RULE, 'users mailing list', 'https://x.example/users']],
    ['an address of another name', ['T.', RULE, 'users mailing list', 'usersmoney@x.example']],
    ['two names', ['T.', RULE, 'users mailing list', 'others mailing list']],
    ['no name', ['T.', '--', 'To unsubscribe send an email to users-leave@x.example']],
    ['nothing below the rule', ['T.', 'users mailing list', RULE]],
    ['no rule', ['The text.', 'users mailing list']],
    ['a rule that is too short', ['The text.', '_'.repeat(19), 'users mailing list']],
    ['a line of another kind', ['The text.', RULE, 'users mailing list', 'Buy now', 'users@lists.example']],
    ['a name of several words', ['The text.', RULE, 'do not trust this mailing list']],
    ['too many lines', ['The text.', RULE, ...Array.from({ length: 7 }, () => 'users mailing list')]],
    ['an empty text', ['']],
  ])('is not found in %s', (_name, lines) => expect(withoutListFooter(lines)).toEqual(lines));
});
