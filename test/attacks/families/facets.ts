/**
 * Texts whose links stand beside them, as entities with offsets: targets that are not the signed ones, offsets that mean
 * another word, and entities that nobody can read.
 */
import type { TextFacet } from '../../../src/client/index.js';
import { ACCEPTED, type Attack, type Bench, FOUND, family, type Row } from '../case.js';
import { contentOf } from '../forge.js';

const C = 'content.different';
/** What cannot be read was not checked. */
const U = 'content.unchecked';

const SIGNED = 'Pay your dues at example.org/dues today, not at the pier.';
const TARGET = 'https://example.org/dues';
const OTHER = 'https://example.net/dues';

/** An entity over a piece of a text. */
const over = (text: string, piece: string, more: Pick<TextFacet, 'type' | 'uri'>): TextFacet => {
  const start = text.indexOf(piece);
  return { start, end: start + piece.length, ...more };
};
const link = (text: string, piece: string, uri: string) => over(text, piece, { type: 'link', uri });

/** A token for a text and its entities, found as `text` with `facets`. */
const shown =
  (facets: unknown, text = SIGNED, [signed, own]: readonly [string, TextFacet[]?] = [SIGNED]) =>
  async ({ token }: Bench) => {
    const con = await contentOf(signed, undefined, own);
    return { ...FOUND, text, facets, token: token({ con }) };
  };
/** Found with the one entity, under a text that was signed without any. */
const plain = (facet: unknown) => shown([facet], 'one two', ['one two']);

const SHORT = SIGNED.replace('example.org/dues', 'https://t.co/7h');
const FOREIGN = SIGNED.replace('example.org/dues', 'example.net/dues');
const LABELLED = 'Pay here, or there.';
const labelled = (here: string, there: string) => [
  link(LABELLED, 'here', here),
  link(LABELLED, 'there', there),
];
const BOTH = labelled(TARGET, OTHER);
const BOATS = '\u{1F6A3}\u{1F6A3} row to the pier';
const MENTIONED = 'Ask @ann about #vote today.';
const mention = (uri: string) => over(MENTIONED, '@ann', { type: 'mention', uri });
const TURNED = 'https://example.org/ 1 \u05d0\u05d1\u05d2 not 2';
const MANY = Array.from({ length: 513 }, (_, at) => ({ start: at, end: at + 1, type: 'tag' }));

const HOLD: readonly Row[] = [
  ['none', 'an empty list of entities', ACCEPTED, shown([])],
  ['null', 'no entities, said so', ACCEPTED, shown(null)],
  ['same', 'the address with its own target', ACCEPTED, shown([link(SIGNED, 'example.org/dues', TARGET)])],
  [
    'shortened',
    'a shortened address with the signed target',
    ACCEPTED,
    shown([link(SHORT, 'https://t.co/7h', TARGET)], SHORT),
  ],
  ['labelled', 'two links as they were signed', ACCEPTED, shown(BOTH, LABELLED, [LABELLED, BOTH])],
  [
    'order',
    'two links in the other order, at their own places',
    ACCEPTED,
    shown([...BOTH].reverse(), LABELLED, [LABELLED, BOTH]),
  ],
  [
    'units',
    'offsets in UTF-16 units behind characters of two',
    ACCEPTED,
    shown([link(BOATS, 'pier', TARGET)], BOATS, [BOATS, [link(BOATS, 'pier', TARGET)]]),
  ],
  [
    'mention',
    'a mention that the platform marks',
    ACCEPTED,
    shown([over('@ann is here', '@ann', { type: 'mention', uri: 'did:plc:ann' })], '@ann is here', [
      '@ann is here',
    ]),
  ],
  [
    'adjacent',
    'entities one behind the other',
    ACCEPTED,
    shown(
      [over('#one#two', '#one', { type: 'tag' }), over('#one#two', '#two', { type: 'tag' })],
      '#one#two',
      ['#one#two', [over('#one#two', '#one', { type: 'tag' }), over('#one#two', '#two', { type: 'tag' })]],
    ),
  ],
];

const TARGETS: readonly Row[] = [
  [
    'label',
    'another address that leads to the signed one',
    C,
    shown([link(FOREIGN, 'example.net/dues', TARGET)], FOREIGN),
  ],
  ['target', 'the signed address, leading elsewhere', C, shown([link(SIGNED, 'example.org/dues', OTHER)])],
  [
    'target-shortened',
    'a shortened address that leads elsewhere',
    C,
    shown([link(SHORT, 'https://t.co/7h', OTHER)], SHORT),
  ],
  [
    'target-script',
    'the signed address, leading to a script',
    C,
    shown([link(SIGNED, 'example.org/dues', 'javascript:pay()')]),
  ],
  [
    'mention-script',
    'a mention that leads to a script',
    C,
    shown([mention('javascript:alert(1)')], MENTIONED, [MENTIONED]),
  ],
  [
    'mention-elsewhere',
    'a mention that leads to a page of another name',
    C,
    shown([mention('https://evil.example/login?u=ann')], MENTIONED, [MENTIONED]),
  ],
  [
    'tag-elsewhere',
    'a tag that leads to a page of no tag',
    C,
    shown([over(MENTIONED, '#vote', { type: 'tag', uri: 'https://evil.example/?x=vote' })], MENTIONED, [
      MENTIONED,
    ]),
  ],
  [
    'tracking-semicolon',
    'a parameter hidden in one of tracking',
    C,
    shown([link(SIGNED, 'pier', `${TARGET}?utm_source=x;to=2`)], SIGNED, [
      SIGNED,
      [link(SIGNED, 'pier', `${TARGET}?utm_source=x;to=1`)],
    ]),
  ],
  [
    'isolate',
    'an isolate in a link, which turns what follows around',
    C,
    shown(
      [link(`\u2067${TURNED}`, '\u2067https://example.org/', 'https://example.org/')],
      `\u2067${TURNED}`,
      [TURNED, [link(TURNED, 'https://example.org/', 'https://example.org/')]],
    ),
  ],
  ['added', 'a link on a word that was none', C, shown([link(SIGNED, 'pier', OTHER)])],
  ['removed', 'a signed link taken away', C, shown([], LABELLED, [LABELLED, BOTH])],
  ['absent', 'no entities where links were signed', C, shown(undefined, LABELLED, [LABELLED, BOTH])],
  [
    'swapped',
    'the targets of two links exchanged',
    C,
    shown(labelled(OTHER, TARGET), LABELLED, [LABELLED, BOTH]),
  ],
  [
    'moved',
    'a link moved to another word',
    C,
    shown([link(LABELLED, 'Pay', TARGET), BOTH[1]], LABELLED, [LABELLED, BOTH]),
  ],
  [
    'code-points',
    'offsets that count code points',
    C,
    shown([{ ...link(BOATS, 'pier', TARGET), start: 13, end: 17 }], BOATS, [
      BOATS,
      [link(BOATS, 'pier', TARGET)],
    ]),
  ],
  [
    'one-of-two',
    'a good entity beside one that leads elsewhere',
    C,
    shown(labelled(TARGET, 'https://example.com/'), LABELLED, [LABELLED, BOTH]),
  ],
];

const RANGES: readonly Row[] = [
  ['beyond', 'an entity beyond the end', C, plain({ start: 4, end: 8, type: 'tag' })],
  ['outside', 'an entity outside', C, plain({ start: 100, end: 104, type: 'tag' })],
  ['negative', 'an entity before the beginning', C, plain({ start: -3, end: 3, type: 'tag' })],
  ['empty', 'an empty entity', C, plain({ start: 3, end: 3, type: 'tag' })],
  ['backwards', 'an entity that ends before it begins', C, plain({ start: 3, end: 0, type: 'tag' })],
  [
    'overlap',
    'two entities that overlap',
    C,
    shown(
      [
        { start: 0, end: 5, type: 'tag' },
        { start: 4, end: 7, type: 'tag' },
      ],
      'one two',
      ['one two'],
    ),
  ],
  [
    'nested',
    'an entity in another one',
    C,
    shown(
      [
        { start: 0, end: 7, type: 'tag' },
        { start: 1, end: 3, type: 'tag' },
      ],
      'one two',
      ['one two'],
    ),
  ],
  [
    'twice',
    'two entities over one word',
    C,
    shown([link(SIGNED, 'example.org/dues', TARGET), link(SIGNED, 'example.org/dues', OTHER)]),
  ],
  [
    'half',
    'an entity that cuts a character in two',
    C,
    shown([{ start: 1, end: 4, type: 'tag' }], BOATS, [BOATS]),
  ],
  ['many', 'more entities than 512', C, shown(MANY, 'x'.repeat(600), ['x'.repeat(600)])],
  [
    'good-and-beyond',
    'a good entity beside one beyond the end',
    C,
    shown([...BOTH, { start: 90, end: 99, type: 'tag' }], LABELLED, [LABELLED, BOTH]),
  ],
];

const READABLE: readonly Row[] = [
  ['object', 'entities that are no list', U, shown({ 0: link(SIGNED, 'pier', OTHER), length: 1 })],
  ['string', 'entities as a string', U, shown(JSON.stringify([link(SIGNED, 'pier', OTHER)]))],
  ['zero', 'the number 0 for entities', U, shown(0)],
  ['null-entry', 'an entity that is null', U, plain(null)],
  ['list-entry', 'an entity that is a list', U, plain([0, 3, 'tag'])],
  ['start-missing', 'an entity without a beginning', U, plain({ end: 3, type: 'tag' })],
  ['end-string', 'an end that is a string', U, plain({ start: 0, end: '3', type: 'tag' })],
  ['start-boolean', 'a beginning that is true', U, plain({ start: true, end: 3, type: 'tag' })],
  ['fraction', 'an offset between two units', U, plain({ start: 0.5, end: 3, type: 'tag' })],
  ['huge', 'an offset that no number holds exactly', U, plain({ start: 0, end: 2 ** 53, type: 'tag' })],
  ['type-missing', 'an entity without a type', U, plain({ start: 0, end: 3 })],
  ['uri-null', 'a target that is null', U, plain({ start: 0, end: 3, type: 'link', uri: null })],
  ['uri-list', 'a target that is a list', U, plain({ start: 0, end: 3, type: 'link', uri: [TARGET] })],
];

export const facets = (): Promise<Attack[]> =>
  family('facets', [...HOLD, ...TARGETS, ...RANGES, ...READABLE]);
