/** Texts that are not the signed one though they look or hash alike: a case for each class of the canonical text's specification. */

import { canonicalHtml } from '../../../src/client/html.js';
import { ACCEPTED, type Attack, type Bench, FOUND, family, type Row } from '../case.js';
import { bytesNamed, contentOf, TEXT } from '../forge.js';

const C = 'content.different';

/** A token for `signed`, found with `shown`. */
const instead =
  (signed: string, shown: object) =>
  async ({ token }: Bench) => ({
    ...FOUND,
    text: undefined,
    ...shown,
    token: token({ con: await contentOf(signed) }),
  });
const text = (signed: string, shown: string) => instead(signed, { text: shown });
const html = (signed: string, shown: string) => instead(signed, { html: shown });
/** TEXT with a piece exchanged. */
const changed = (from: string, to: string) => text(TEXT, TEXT.replace(from, to));

/** TEXT, as HTML with the word “not” in another dress. */
const dressed = (dress: string): string => `<p>${TEXT.replace('not ', dress)}</p>`;
/** The word is shown though it looks hidden: a text without it was signed. */
const looksHidden = (dress: string) => html(TEXT.replace('not ', ''), dressed(dress));
/** The word is not to be seen though it is there: it was signed. */
const looksShown = (dress: string) => html(TEXT, dressed(dress));

/** HTML was signed as it is, with the word in one dress that may do anything, and is found with it in another. */
const swapped =
  (signed: string, shown: string) =>
  async ({ token }: Bench) => ({
    ...FOUND,
    text: undefined,
    html: dressed(shown),
    token: token({ con: await contentOf(canonicalHtml(dressed(signed)).canonical) }),
  });

const STYLED: readonly Row[] = [
  [
    'html-swapped-style',
    'HTML signed with a harmless style that is not known, exchanged for one that hides the word',
    'content.uncertain',
    swapped('<i style="text-transform:lowercase">not </i>', '<i style="visibility:hidden">not </i>'),
  ],
  [
    'html-swapped-away',
    'HTML signed with a harmless style that is not known, exchanged for one that moves the word away',
    'content.uncertain',
    swapped('<i style="left:0">not </i>', '<i style="left:-9999px">not </i>'),
  ],
  [
    'html-swapped-drawing',
    'HTML signed with a word in a drawing, exchanged for a drawing that hides it',
    'content.uncertain',
    swapped('<svg><text>not</text></svg> ', '<svg display="none"><text>not</text></svg> '),
  ],
  [
    'html-uncertain',
    'the very HTML that was signed, which can be shown in other ways than it reads',
    'content.uncertain',
    swapped('<i style="x:1">not </i>', '<i style="x:1">not </i>'),
  ],
  ['html-for-word', 'a word that only Word hides', C, looksHidden('<i style="mso-hide:all">not </i>')],
  [
    'html-hidden-displayed',
    'a hidden word that a style displays',
    C,
    looksHidden('<i hidden style="display:inline">not </i>'),
  ],
  [
    'html-visible-inside',
    'a visible word in a hidden one',
    C,
    looksHidden('<i style="visibility:hidden"><b style="visibility:visible">not </b></i>'),
  ],
  ['html-invalid', 'a style that no browser takes', C, looksHidden('<i style="opacity:0px">not </i>')],
  [
    'html-in-address',
    'a style inside an address',
    C,
    looksHidden('<i style="background:url(a;display:none;b)">not </i>'),
  ],
  [
    'html-in-string',
    'a style inside a string',
    C,
    looksHidden(`<i style="font-family:'a;display:none;b'">not </i>`),
  ],
  ['html-overruled', 'a style overruled', C, looksHidden('<i style="display:none;display:inline">not </i>')],
  ['html-left', 'a word moved without a position', C, looksHidden('<i style="left:-999px">not </i>')],
  ['html-field', 'a word in a field', C, looksHidden('<input value="not"> ')],
  ['html-page-inside', 'a word in a page inside', C, looksHidden('<iframe srcdoc="not"></iframe> ')],
  ['html-button', 'a word on a button', C, looksHidden('<button>not</button> ')],
  ['html-faint', 'a faint word', C, looksShown('<i style="opacity:.001">not </i>')],
  ['html-scaled', 'a word scaled to nothing', C, looksShown('<i style="transform:scale(0)">not </i>')],
  ['html-white', 'a white word', C, looksShown('<i style="color:#fefefe">not </i>')],
  ['html-font', 'a word in a white font', C, looksShown('<font color="white">not </font>')],
  ['html-tiny', 'a tiny word', C, looksShown('<i style="font-size:1px">not </i>')],
  ['html-away', 'a word off the screen', C, looksShown('<i style="position:absolute;left:-9999px">not </i>')],
  [
    'html-sheet',
    'a word hidden by a style sheet',
    C,
    looksShown('<style>p i{display:none}</style><i>not </i>'),
  ],
  [
    'html-class',
    'words in a link that a class of another platform hides',
    C,
    html(
      'Read https://example.org/a now',
      '<p>Read <a href="https://example.org/a"><i class="invisible">not </i>https://example.org/a</a> now</p>',
    ),
  ],
  [
    'html-preheader',
    'a preheader that every browser hides: the same text',
    ACCEPTED,
    html(
      TEXT,
      `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">Offer</div><p>${TEXT}</p>`,
    ),
  ],
  [
    'footer-link',
    'a link under a line, as below a letter',
    C,
    text(TEXT, `${TEXT}\n${'_'.repeat(40)}\nhttps://evil.example/`),
  ],
  [
    'footer-foreign-link',
    'a link of another host in the footer of a list',
    C,
    text(TEXT, `${TEXT}\n--\nboats mailing list\nboats@list.example\nhttps://evil.example/boats`),
  ],
  [
    'html-isolate-in-link',
    'an isolate in a link, which turns what follows around',
    C,
    html(
      'See https://example.org/ 1 \u05d0\u05d1\u05d2 not 2.',
      'See <a href="https://example.org/">\u2067https://example.org/</a> 1 \u05d0\u05d1\u05d2 not 2.',
    ),
  ],
  [
    'flags-apart',
    'letters of flags kept apart by spaces of no width: two countries for one',
    C,
    text(
      'From \u{1F1F8}\u{1F1EA}\u{1F1FA}\u{1F1F8} with love.',
      'From \u{1F1F8}\u200b\u{1F1EA}\u{1F1FA}\u200b\u{1F1F8} with love.',
    ),
  ],
  [
    'overlay-apart',
    'an overlay that a space of no width takes off its sign',
    C,
    text('a =\u0338 b holds', 'a =\u200b\u0338 b holds'),
  ],
  ['minus-hyphen', 'a minus as U+2010', C, text('It was 6 degrees.', 'It was \u20106 degrees.')],
  ['minus-fraction', 'a minus before a fraction', C, text('Down \u00bd point.', 'Down -\u00bd point.')],
  ['power', 'stars between two numbers', C, text('Worth 2 10 coins.', 'Worth 2**10 coins.')],
  ['inches', 'inches for feet', C, text("It is 6' long.", 'It is 6" long.')],
  ['frown', 'a face that frowns, mouth first', C, text('I am happy (:', 'I am happy ):')],
];

const ROWS: readonly Row[] = [
  ['other', 'another text', C, text(TEXT, 'I counted nothing.')],
  ['empty', 'an empty text', C, text(TEXT, '')],
  ['spaces-only', 'nothing but spaces', C, text(TEXT, ' \n ')],
  ['cut', 'the text cut short', C, text(TEXT, TEXT.slice(0, 40))],
  ['added', 'a sentence added', C, text(TEXT, `${TEXT} Send money.`)],
  ['added-before', 'a sentence put before it', C, text(TEXT, `Not true: ${TEXT}`)],
  ['twice', 'the text twice', C, text(TEXT, `${TEXT}\n${TEXT}`)],
  ['not-added', 'the word “not” put in', C, changed('I counted', 'I not counted')],
  ['not-removed', 'the word “not” taken out', C, changed('had not paid', 'had paid')],
  ['contraction', 'a contraction that denies', C, text('I did do it.', "I didn't do it.")],
  ['order', 'two words exchanged', C, text('The dog bit the man.', 'The man bit the dog.')],
  ['joined', 'two words joined', C, text('the rapist said so', 'therapist said so')],
  [
    'joined-by-hyphen',
    'two numbers joined by a hyphen',
    C,
    text('from 10 20 people came', 'from 10-20 people came'),
  ],
  ['split', 'one word split', C, text('We are nowhere.', 'We are now here.')],
  ['case', 'capitals that change the word', C, text('I will polish it.', 'I will Polish it.')],
  ['digit', 'another digit', C, changed('12', '13')],
  ['digits-moved', 'digits moved between numbers', C, changed('12 boats', '1 2 boats')],
  ['decimal', 'a decimal point in a number', C, changed('12', '1.2')],
  [
    'separator',
    'a comma for the point in a number',
    C,
    text('It costs 1.250 euros.', 'It costs 1,250 euros.'),
  ],
  ['minus', 'a minus before a number', C, text('It was 5 degrees.', 'It was -5 degrees.')],
  ['plus', 'a plus for a minus', C, text('Account at -50 now.', 'Account at +50 now.')],
  ['percent', 'a per cent sign', C, text('Up by 5 today.', 'Up by 5% today.')],
  ['currency', 'another currency', C, text('Pay $5 now.', 'Pay €5 now.')],
  ['less-than', 'less than for greater than', C, text('a < b holds', 'a > b holds')],
  ['not-equal', 'an overlay that makes the sign its opposite', C, text('a = b holds', 'a =\u0338 b holds')],
  [
    'superscript',
    'a superscript for a digit (NFKC would fold it)',
    C,
    text('The area is 102.', 'The area is 10\u00b2.'),
  ],
  ['ligature', 'a ligature (NFKC would fold it)', C, text('The file is fine.', 'The \ufb01le is \ufb01ne.')],
  [
    'fullwidth',
    'fullwidth letters (NFKC would fold them)',
    C,
    text('Ten boats came.', '\uff34en boats came.'),
  ],
  ['circled', 'a circled number (NFKC would fold it)', C, text('Rule 1 applies.', 'Rule \u2460 applies.')],
  ['fraction', 'a fraction for two digits (NFKC would fold it)', C, text('Add 12 cup.', 'Add \u00bd cup.')],
  [
    'roman',
    'a Roman numeral as one character (NFKC would fold it)',
    C,
    text('Chapter IV here.', 'Chapter \u2163 here.'),
  ],
  [
    'kelvin',
    'letter K for the sign of the unit (NFC folds that one: the same text)',
    ACCEPTED,
    text('At 5 K now.', 'At 5 \u212a now.'),
  ],
  ['mathematical', 'mathematical letters', C, text('I agree.', '\ud835\udc08 agree.')],
  ['cyrillic', 'a Cyrillic letter for a Latin one', C, changed('boats', 'b\u043eats')],
  ['greek', 'a Greek letter for a Latin one', C, changed('boats', 'b\u03bfats')],
  ['turkish', 'a dotless i', C, changed('pier', 'p\u0131er')],
  ['accent', 'an accent more', C, changed('paid', 'pa\u00efd')],
  ['stacked-marks', 'thirty marks on one letter', C, changed('paid', `p${'\u0300'.repeat(30)}aid`)],
  ['too-many-marks', 'more marks than any text has', C, changed('paid', `p${'\u0300'.repeat(40)}aid`)],
  [
    'struck-through',
    'a word struck through with combining marks',
    C,
    changed('not', 'n\u0336o\u0336t\u0336'),
  ],
  [
    'decomposed',
    'the same letters in another normal form: the same text',
    ACCEPTED,
    text('Jos\u00e9 wrote it.', 'Jose\u0301 wrote it.'),
  ],
  ['emoji-added', 'an emoji that turns it into a joke', C, text(TEXT, `${TEXT} \ud83d\ude1c`)],
  ['emoji-exchanged', 'another emoji', C, text('Great work \ud83d\udc4d', 'Great work \ud83d\udc4e')],
  [
    'emoji-skin',
    'another skin tone',
    C,
    text('That is me \ud83d\udc4b\ud83c\udffb', 'That is me \ud83d\udc4b\ud83c\udfff'),
  ],
  [
    'emoji-family',
    'a family taken apart',
    C,
    text('Us \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67', 'Us \ud83d\udc68\ud83d\udc69\ud83d\udc67'),
  ],
  [
    'emoji-flag',
    'another flag',
    C,
    text('For \ud83c\uddeb\ud83c\uddf7 today', 'For \ud83c\uddf7\ud83c\uddfa today'),
  ],
  ['check-and-cross', 'a cross for a check mark', C, text('Done \u2713', 'Done \u2717')],
  [
    'bidi-override',
    'an override that turns the order of reading',
    C,
    text('Pay 100 to bob', 'Pay \u202e100\u202c to bob'),
  ],
  [
    'bidi-isolate',
    'an isolate that turns the order of reading',
    C,
    text('Pay 100 to bob', 'Pay \u2067100\u2069 to bob'),
  ],
  ['bidi-mark', 'a mark that turns the order of signs', C, text('a b', 'a\u200f b')],
  ['bidi-moved', 'an override moved to another word', C, text('\u202eabc\u202c def', 'abc \u202edef\u202c')],
  [
    'zero-width-inside',
    'a zero-width space inside a word: nothing to see, the same text',
    ACCEPTED,
    changed('boats', 'bo\u200bats'),
  ],
  [
    'tag-characters',
    'hidden words in tag characters: nothing to see, the same text',
    ACCEPTED,
    text(TEXT, `${TEXT}\u{e0059}\u{e0065}\u{e0073}`),
  ],
  [
    'variation-selectors',
    'bytes hidden in variation selectors: nothing to see, the same text',
    ACCEPTED,
    text(TEXT, `${TEXT}\u{e0100}\u{e0122}`),
  ],
  [
    'joiner-persian',
    'a joiner taken out where it makes another word',
    C,
    text('\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', '\u0645\u06cc\u062e\u0648\u0627\u0647\u0645'),
  ],
  ['control', 'a control character', C, changed('boats', 'bo\u0007ats')],
  ['backspace', 'a backspace', C, changed('not', 'not\u0008\u0008\u0008')],
  ['escape', 'a terminal’s escape sequence', C, text(TEXT, `\u001b[8m${TEXT}`)],
  ['nul', 'a NUL behind the text', C, text(TEXT, `${TEXT}\u0000Not.`)],
  ['next-line', 'U+0085', C, changed(', and', ',\u0085and')],
  ['lone-surrogate', 'half a character', C, text(TEXT, `${TEXT}\ud83d`)],
  ['too-long', 'a text beyond every limit', C, text(TEXT, TEXT.padEnd(100_001, ' x'))],
  [
    'link-target',
    'another target',
    C,
    text('Read https://example.org/a now', 'Read https://example.org/b now'),
  ],
  ['link-host', 'another host', C, text('Read https://example.org/a now', 'Read https://example.net/a now')],
  [
    'link-punycode',
    'a host that looks alike',
    C,
    text('Read https://example.org/ now', 'Read https://ex\u0430mple.org/ now'),
  ],
  [
    'link-userinfo',
    'a host that is only a user name',
    C,
    text('Read https://example.org/ now', 'Read https://example.org@evil.example/ now'),
  ],
  [
    'link-scheme',
    'a link of another scheme',
    C,
    text('Read https://example.org/a now', 'Read ftp://example.org/a now'),
  ],
  [
    'link-port',
    'another port',
    C,
    text('Read https://example.org/a now', 'Read https://example.org:8443/a now'),
  ],
  [
    'link-query',
    'another query',
    C,
    text('Pay https://example.org/?to=ann now', 'Pay https://example.org/?to=bob now'),
  ],
  [
    'link-path-case',
    'a path in other case',
    C,
    text('Read https://example.org/a now', 'Read https://example.org/A now'),
  ],
  [
    'link-fragment',
    'another fragment',
    C,
    text('Read https://example.org/a#x now', 'Read https://example.org/a#y now'),
  ],
  ['link-added', 'a link added', C, text(TEXT, `${TEXT} https://evil.example/`)],
  ['link-removed', 'a link removed', C, text(`${TEXT} https://example.org/`, TEXT)],
  [
    'link-split',
    'a link split by a line end',
    C,
    text('Read https://example.org/ab now', 'Read https://example.org/a\nb now'),
  ],
  [
    'link-tracking',
    'a tracking parameter: who passed it on, the same text',
    ACCEPTED,
    text('Read https://example.org/a now', 'Read https://example.org/a?utm_source=x now'),
  ],
  [
    'html-target',
    'a link whose target is not what it shows',
    C,
    html(
      'Read https://example.org/a now',
      '<p>Read <a href="https://evil.example/">https://example.org/a</a> now</p>',
    ),
  ],
  [
    'html-link-on-word',
    'a word that became a link',
    C,
    html(TEXT, `<p>${TEXT.replace('boats', '<a href="https://evil.example/">boats</a>')}</p>`),
  ],
  [
    'html-script-link',
    'a link that runs a script',
    C,
    html('Click here', '<p>Click <a href="javascript:alert(1)">here</a></p>'),
  ],
  [
    'html-hidden',
    'the signed words hidden, others shown',
    C,
    html(TEXT, `<p hidden>${TEXT}</p><p>Send money.</p>`),
  ],
  [
    'html-display-none',
    'the signed words hidden by style, others shown',
    C,
    html(TEXT, `<p style="display:none">${TEXT}</p><p>Send money.</p>`),
  ],
  [
    'html-script',
    'the signed words in a script, others shown',
    C,
    html(TEXT, `<script>${TEXT}</script><p>Send money.</p>`),
  ],
  [
    'html-comment',
    'the signed words in a comment, others shown',
    C,
    html(TEXT, `<!--${TEXT}--><p>Send money.</p>`),
  ],
  [
    'html-hidden-not',
    'the word “not” hidden',
    C,
    html(TEXT, `<p>${TEXT.replace('not ', '<span hidden>not </span>')}</p>`),
  ],
  ['html-template', 'the signed words in a template', C, html(TEXT, `<template>${TEXT}</template>`)],
  [
    'html-entity',
    'letters as entities: the same text',
    ACCEPTED,
    html(TEXT, `<p>${TEXT.replace('boats', '&#98;oats')}</p>`),
  ],
  ['html-paragraph', 'the text in a paragraph: the same text', ACCEPTED, html(TEXT, `<p>${TEXT}</p>`)],
  [
    'html-misnested',
    'HTML that would grow without bound',
    C,
    html(TEXT, `${'<b><i><u>'.repeat(2000)}${TEXT}`),
  ],
  ...STYLED,
  [
    'both',
    'the signed text, with other HTML beside it',
    C,
    instead(TEXT, { text: TEXT, html: '<p>Send money.</p>' }),
  ],
  [
    'both-turned',
    'the signed HTML, with another text beside it',
    C,
    instead(TEXT, { text: 'Send money.', html: `<p>${TEXT}</p>` }),
  ],
  ['number', 'a number for a text', [C, 'content.unchecked'], text('5', 5 as never)],
  ['array', 'a text in an array', [C, 'content.unchecked'], text(TEXT, [TEXT] as never)],
  ['null', 'null for a text', ['content.unchecked', C], text(TEXT, null as never)],
  ['missing', 'no text', 'content.unchecked', instead(TEXT, {})],
  [
    'wrong-count',
    'the right hash with another count of characters',
    C,
    async ({ token }) => token({ con: { ...(await contentOf(TEXT)), n: 5 } }),
  ],
  [
    'words-for-text',
    'the hash of the words where the hash of the text belongs',
    ACCEPTED,
    async ({ token }) => {
      const con = await contentOf(TEXT);
      return token({ con: { ...con, h: con.w } });
    },
  ],
  [
    'salt-missing',
    'a salted hash whose salt is gone',
    C,
    async ({ token }) => {
      const { salt: _salt, ...con } = await contentOf(TEXT, bytesNamed('salt', 16));
      return token({ con });
    },
  ],
  [
    'salt-exchanged',
    'a salted hash under another salt',
    C,
    async ({ token }) =>
      token({
        con: { ...(await contentOf(TEXT, bytesNamed('salt', 16))), salt: bytesNamed('other salt', 16) },
      }),
  ],
  [
    'salt-added',
    'a plain hash with a salt',
    C,
    async ({ token }) => token({ con: { ...(await contentOf(TEXT)), salt: bytesNamed('salt', 16) } }),
  ],
  [
    'salted',
    'a salted hash with its salt',
    ACCEPTED,
    async ({ token }) => token({ con: await contentOf(TEXT, bytesNamed('salt', 16)) }),
  ],
  [
    'reformatted',
    'the same words in other lines and quotes',
    ACCEPTED,
    text(TEXT, `\u201c${TEXT.replaceAll(', ', '\n\n')}\u201d`),
  ],
  [
    'without-w',
    'the same words in other lines, where the token has no `w`',
    C,
    async ({ token }) => {
      const { w: _w, ...con } = await contentOf(TEXT);
      return { ...FOUND, text: TEXT.replace(', ', '\n\n'), token: token({ con }) };
    },
  ],
  ['empty-for-no-words', 'a text without words, where the token has no words either', C, text('...', '!!!')],
];

export const content = (): Promise<Attack[]> => family('content', ROWS);
