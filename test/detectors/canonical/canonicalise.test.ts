import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalise, GROWTH } from '../../../detectors/canonical/canonicalise.js';
import { isPlain } from '../../../detectors/canonical/plain.js';

const post = (text: string) => canonicalise(text).text;
const mail = (text: string) => canonicalise(text, { kind: 'email' }).text;
const names = (text: string) => canonicalise(text).reported.map(({ name }) => name);

describe('disguises are undone and reported', () => {
  test.each([
    ['invisible_characters', 'hel\u200blo wor\u2060ld', 'hello world'],
    ['invisible_characters', 'hel\u{e0041}lo', 'hello'],
    ['invisible_characters', 'a\u202ebc\u202c', 'abc'],
    ['mixed_scripts', 'p\u0430ssw\u043erd', 'password'],
    ['mixed_scripts', 'the \u0441\u043e\u0440 is here now', 'the cop is here now'],
    ['mixed_scripts', 'ma\u03f2hi\u03b7e', 'machine'],
    ['styled_letters', '\uff28\uff45\uff4c\uff4c\uff4f there', 'Hello there'],
    ['styled_letters', '\u{1d5ee}\u{1d5ef}\u{1d5f0}', 'abc'],
    ['styled_letters', '\u24d7\u24d8 \u1d0b\u026a\u1d0d', 'hi kim'],
    ['styled_letters', '\u{1f150}\u{1f131}', 'AB'],
    ['odd_spaces', 'one\u2003two\u2800three', 'one two three'],
    ['stacked_marks', 'z\u0337\u0308\u0321a\u0336lgo', 'zalgo'],
    ['letter_spacing', 't h i s  i s  s p a c e d', 'this is spaced'],
    ['case_games', 'ThIs TeXt Is WrItTeN StRaNgElY, OdDlY', 'this text Is written strangely, oddly'],
    ['spaced_punctuation', 'one , two , three . four', 'one, two, three. four'],
    ['ill_formed', 'a\ud800b', 'ab'],
  ])('%s: %j', (name, raw, expected) => {
    const { text, reported } = canonicalise(raw);
    expect(text).toBe(expected);
    expect(reported.map((r) => r.name)).toContain(name);
  });

  test('a plain text reports nothing and keeps its offsets', () => {
    const raw = "It's a plain sentence - with nothing to undo, really.";
    const { text, reported, map } = canonicalise(raw);
    expect(text).toBe(raw);
    expect(reported).toEqual([]);
    expect(map.toReceived(5, 10)).toEqual([5, 10]);
  });
});

describe('honest writing stays itself', () => {
  test.each([
    ['Russian', 'Он сказал, что это не так, а она пошла домой.'],
    ['Greek', 'Η ζωή είναι ωραία και ο ήλιος λάμπει.'],
    ['Persian with its joiners', 'می\u200cخواهم کتاب\u200cها را ببینم.'],
    ['Hindi', 'क्\u200dष हिन्दी में लिखा है।'],
    ['an emoji family', 'We are here 👨\u200d👩\u200d👧 today!'],
    ['a heart with its selector', 'I ❤\ufe0f this.'],
    ['a keycap', 'Step 1\ufe0f\u20e3 is done.'],
    ['accents', 'Café, naïve, Zoë, señor, Ångström.'],
    ['Russian words in an English sentence', 'The word это means this, and он means he.'],
    ['Vietnamese', 'Tiếng Việt có rất nhiều dấu.'],
    ['names with inner capitals', 'My iPhone runs LaTeX for McDonald and YouTube.'],
    ['spelled initials', 'J. R. R. Tolkien got an A B C D in class.'],
    ['Hangul', '한국어 문장입니다.'],
  ])('%s', (_, text) => {
    const { text: out, reported } = canonicalise(text.normalize('NFC'));
    expect(out).toBe(text.normalize('NFC'));
    expect(reported).toEqual([]);
  });
});

describe('raw input is flattened like the training texts', () => {
  test.each([
    ['white space to one space', ' one\r\n\ttwo \u00a0 three\u2028four ', 'one two three four'],
    ['curly quotes and the ellipsis', '“It’s … fine”', '"It\'s ... fine"'],
    ['long dashes', 'one--two —three–four', 'one — two — three — four'],
    ['a range keeps its hyphen', 'pages 10–20', 'pages 10-20'],
    ['links go', 'see https://example.com/a?b=c. Then www.example.org/x', 'see . Then'],
    ['leading mentions and repost marks', 'RT @one: @two hello there', 'hello there'],
    ['trailing tags go, the # sign inside goes', 'I #love this! #a #b', 'I love this!'],
    ['a text of tags alone keeps its words', '#one #two', 'one two'],
    ['labels', '[OC] TIL that water is wet', 'water is wet'],
    ['headings, bullets, numbers', '# Title\n- one\n* two\n2. three', 'Title one two three'],
    [
      'emphasis and code',
      'a **bold** and *soft* and `code` and __more__',
      'a bold and soft and code and more',
    ],
    ['Markdown links keep their words', 'read [the docs](https://a.b/c "t") now', 'read the docs now'],
    ['HTML remains', 'one<br/>two <b>three</b> &amp; &lt;four&gt; &#39;', "one two three & <four> '"],
    ['runs of marks', 'what?!!!!! no.....', 'what?!!! no...'],
    ['quoted lines of a post', '> somebody else\nmy answer', 'my answer'],
    [
      'a cut-off end of a long text',
      `${'All is well here today. '.repeat(10)}And then the`,
      `${'All is well here today. '.repeat(10)}`.trim(),
    ],
    ['a short text keeps its loose end', 'Fine. And then the', 'Fine. And then the'],
  ])('%s', (_, raw, expected) => {
    expect(post(raw)).toBe(expected);
  });

  test('a letter loses quotes, forwarded tails, signature, addresses and telephone numbers', () => {
    const raw = [
      'Hi Ann,',
      'call me at +44 20 7946 0958 or write to joe@example.com please.',
      '',
      'On Tue, 3 Sep 2002, Ann wrote:',
      '> old words',
      '> more old words',
      'My answer.',
      '-- ',
      'Joe Doe',
    ].join('\r\n');
    expect(mail(raw)).toBe('Hi Ann, call me at or write to please. My answer.');
    expect(canonicalise(raw, { kind: 'email' }).reported).toContainEqual({ name: 'quoted_text', count: 4 });
    expect(mail('New words.\n-----Original Message-----\nFrom: x\nold')).toBe('New words.');
  });

  test('leaves out what a reader of the HTML never sees', () => {
    const html =
      '<p>Seen <span hidden>salt</span><span style="color:red; DISPLAY : none">salt <b>salt</b></span>words.</p>' +
      '<div style="visibility:hidden"><div>salt</div>salt</div><p hidden>salt<p>and more.</p><hr hidden>End.';
    expect(canonicalise(html, { html: true }).text).toBe('Seen words. and more. End.');
  });

  test('HTML becomes what a reader sees', () => {
    const html =
      '<html><head><title>t</title><style>p{}</style></head><body><p>One &amp; two&nbsp;x</p><script>var a="<p>";</script><p>thr&eacute;e<br>four</p></body></html>';
    expect(canonicalise(html, { html: true }).text).toBe('One & two x thrée four');
  });

  test('character references of every sort become their characters', () => {
    const html =
      '<p>a&notit; b&amp&#x41;c &#38;amp; &lt;b&gt; x &unknown; &copy2 & z<!-- no -->!</p>\r\n<textarea>no</textarea>';
    expect(canonicalise(html, { html: true, kind: 'email' }).text).toBe('a¬it; b&Ac & x &unknown; ©2 & z!');
  });

  test('HTML spans lead back to the markup', () => {
    const html = '<p>One &amp; <b>two</b></p>';
    const { text, map } = canonicalise(html, { html: true });
    const at = text.indexOf('two');
    const [start, end] = map.toReceived(at, at + 3);
    expect(html.slice(start, end)).toBe('two');
    const amp = text.indexOf('&');
    expect(html.slice(...map.toReceived(amp, amp + 1))).toBe('&amp;');
  });
});

describe('offsets', () => {
  test('a span of the canonical text covers what stood there', () => {
    const raw = '@you  p\u0430ss\u200bword is “here” https://x.y now';
    const { text, map } = canonicalise(raw);
    expect(text).toBe('password is "here" now');
    const at = text.indexOf('password');
    expect(raw.slice(...map.toReceived(at, at + 8))).toBe('p\u0430ss\u200bword');
    expect(raw.slice(...map.toReceived(text.indexOf('now'), text.length))).toBe('now');
    expect(map.toReceived(0, 0)[1] - map.toReceived(0, 0)[0]).toBe(0);
  });

  test('an emptied text has no place to point at', () => {
    expect(canonicalise('\u200b\u200b').text).toBe('');
    expect(canonicalise('\u200b\u200b').map.toReceived(0, 5)).toEqual([0, 0]);
  });
});

/** Pieces that trigger each rule, in any order: far nastier than random characters. */
const piece = fc.constantFrom(
  ...'<b> </b> <<b>b> &amp; &lt; &amp;lt; ** * __ _ ` [a](b) [ ] ( ) # #tag @me RT TIL -- — – - . ... ! ? , ; : " \' “ ” … http://a.b/c www.x.y > | + \n \t 1. a b c D e aB cD word Word the 12 345 6789 a@b.cd'.split(
    ' ',
  ),
  ' ',
  '  ',
  '\u200b',
  '\u200d',
  '\ufe0f',
  '\u0301',
  '\u0337',
  '\u0430',
  '\u0435',
  '\u03bf',
  '\u0627',
  '\uff41',
  '\u{1d400}',
  '\u{1f600}',
  '\ud83d',
  '\u1100',
  '\u1161',
  '\u11a8',
  '\u00e9',
  '\u2028',
  'a b c d e f g h i',
  'one . two , three ! four .',
  'ThIsIs',
  '-- \n',
  'On Tue, Ann wrote:',
  'From: me',
  '[OC] ',
  '\n> quote\n',
  '\n# ',
  '\n- ',
);
const nasty = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
const kinds = fc.constantFrom('post' as const, 'email' as const);

describe('laws', () => {
  test('canonicalising twice is canonicalising once', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' }), fc.string()), kinds, (raw, kind) => {
        const once = canonicalise(raw, { kind }).text;
        expect(canonicalise(once, { kind }).text).toBe(once);
      }),
      { numRuns: 1500 },
    );
  });

  test('the fast path agrees with the long way', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.lorem({ maxCount: 60 })), kinds, (raw, kind) => {
        fc.pre(isPlain(raw, kind === 'email'));
        // A trailing newline makes the text leave the fast path and comes off again.
        expect(canonicalise(`${raw}\u200b`, { kind }).text).toBe(raw);
      }),
      { numRuns: 1000 },
    );
  });

  test('output is well-formed, bounded, and every span lies inside the received text', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), kinds, fc.boolean(), (raw, kind, html) => {
        const { text, map } = canonicalise(raw, { kind, html });
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text); // no lone surrogate
        expect(text.length).toBeLessThanOrEqual(GROWTH * raw.length);
        let last = 0;
        for (let i = 0; i < text.length; i++) {
          const [start, end] = map.toReceived(i, i + 1);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(raw.length);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(start).toBeGreaterThanOrEqual(last);
          last = start;
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('hostile input costs a bounded number of steps per unit', () => {
  const STEPS_PER_UNIT = 2000;
  test.each<[string, (n: number) => string]>([
    ['combining marks', (n) => `a${'\u0301'.repeat(n)}`],
    ['marks of mixed classes', (n) => `a${'\u0301\u0323\u0337\u05b0'.repeat(n / 4)}`],
    ['one token', (n) => 'a'.repeat(n)],
    ['open brackets', (n) => '['.repeat(n)],
    ['open tags', (n) => '<b '.repeat(n / 3)],
    ['asterisks', (n) => '*a'.repeat(n / 2)],
    ['underscores', (n) => '_'.repeat(n)],
    ['back-ticks', (n) => '`a'.repeat(n / 2)],
    ['at signs', (n) => 'a@'.repeat(n / 2)],
    ['digits', (n) => '12 '.repeat(n / 3)],
    ['hashes', (n) => ' #a'.repeat(n / 3)],
    ['dashes', (n) => '-'.repeat(n)],
    ['spaces', (n) => ' '.repeat(n)],
    ['new lines', (n) => '\n'.repeat(n)],
    ['quote marks', (n) => '>\n'.repeat(n / 2)],
    ['nested tags', (n) => `${'<b'.repeat(n / 3)}${'>'.repeat(n / 3)}`],
    ['nested entities', (n) => `&${'amp;'.repeat(n / 4)}lt;`],
    ['lone letters', (n) => 'a '.repeat(n / 2)],
    ['links', (n) => 'http://a.b/ '.repeat(n / 12)],
    ['surrogates', (n) => '\ud800'.repeat(n)],
    ['zero width', (n) => 'a\u200b'.repeat(n / 2)],
    ['colons', (n) => 'On a: '.repeat(n / 6)],
  ])('%s', (_, make) => {
    const raw = make(12_000);
    const twice = make(24_000);
    for (const options of [{}, { kind: 'email' as const }, { html: true }]) {
      const { steps, text } = canonicalise(raw, options);
      expect(steps).toBeLessThanOrEqual(STEPS_PER_UNIT * raw.length);
      expect(text.length).toBeLessThanOrEqual(GROWTH * raw.length);
      expect(canonicalise(twice, options).steps).toBeLessThanOrEqual(2.2 * steps + 1000);
    }
  });

  test('a hundred thousand marks and a token of a megabyte come through', () => {
    expect(canonicalise(`a${'\u0301'.repeat(100_000)}`).text).toBe('á');
    expect(canonicalise('a'.repeat(1_000_000)).text.length).toBe(1_000_000);
  });

  test('a plain text of ASCII costs one look per unit', () => {
    const raw = 'It was a long day, and nothing happened that anyone could have foreseen. '.repeat(20).trim();
    expect(canonicalise(raw).steps).toBe(raw.length);
    expect(names(raw)).toEqual([]);
  });
});
