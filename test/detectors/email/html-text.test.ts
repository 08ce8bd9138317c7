import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { htmlText } from '../../../detectors/email/html-text.js';

describe('the text of an HTML letter', () => {
  it.each([
    ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
    ['One<br>Two<br/><br/>Three', 'One\nTwo\n\nThree'],
    ['<div>One</div><div>Two</div>', 'One\nTwo'],
    ['  a\n  b\t c  ', 'a b c'],
    ['a <b>bold</b> word', 'a bold word'],
    ['no<b>space</b>s', 'nospaces'],
    ['<ul><li>one<li>two</ul>', 'one\ntwo'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>', 'a\nb\nc'],
    ['Fish &amp; chips &lt;3 &eacute;&#233;', 'Fish & chips <3 éé'],
    ['<pre>one\n  two\n\nthree</pre>four', 'one\n  two\n\nthree\n\nfour'],
    ['a<!-- not this -->b', 'ab'],
    ['a\0b', 'ab'],
  ])('lays out %j', (html, text) => {
    expect(htmlText(html)).toBe(text);
  });

  it('marks quoted blocks as plain mail does, and stops adding marks at some depth', () => {
    expect(htmlText('Yes.<blockquote>Will you?<blockquote>Who?</blockquote></blockquote>Bye')).toBe(
      'Yes.\n\n> Will you?\n\n> > Who?\n\nBye',
    );
    expect(htmlText(`${'<blockquote>'.repeat(5_000)}deep`)).toBe(`${'> '.repeat(8)}deep`);
    expect(htmlText('</blockquote></pre>fine')).toBe('fine');
  });

  it.each([
    '<style>p { color: red }</style>',
    '<script>if (a < b) alert("</p>")</script>',
    '<title>Title</title>',
    '<noscript>turn it on</noscript>',
    '<template>later</template>',
    '<span style="display:none">preheader</span>',
    '<div style="color:red; DISPLAY : none !important">pre<div>header</div></div>',
    '<div style="font-size:0px;line-height:0">x</div>',
    '<div style="max-height:0">x</div>',
    '<div style="opacity:0">x</div>',
    '<div style="visibility:hidden">x</div>',
    '<div hidden>x</div>',
    '<p hidden>x',
    '<select><option>x</select>',
    '<svg><text>x</text></svg>',
  ])('leaves out what nobody sees: %s', (hidden) => {
    expect(htmlText(`<p>Before</p>${hidden}<p>after</p>`)).toBe('Before\n\nafter');
  });

  it.each([
    '<div style="font-size:0.9em">x</div>',
    '<div style="opacity:0.5">x</div>',
    '<div style="display:block">x</div>',
    '<div style="background:none">x</div>',
    '<br hidden>x',
    '<svg/>x',
  ])('keeps what is shown: %s', (shown) => {
    expect(htmlText(shown)).toBe('x');
  });

  it('hides no more than a browser where the end of a hidden cell is missing', () => {
    expect(htmlText('<table><tr><td style="display:none">no<td>yes</table>')).toBe('yes');
    expect(htmlText('<p style="display:none">no<div>yes</div>')).toBe('yes');
    expect(htmlText('<div style="display:none">no<div>no</div>no')).toBe('');
  });

  it('never throws, and never makes a text longer than its source and marks allow', () => {
    const piece = fc.constantFrom(
      '<p>', '</p>', '<div hidden>', '</div>', '<td style="display:none">', '<blockquote>', '<pre>', '</pre>',
      '<br>', '<script>', '</script>', '<', '>', '"', '&amp;', '&#0;', '\n', ' ', 'word', '<!--', '-->', '<![CDATA[',
    ); // biome-ignore format: a list of pieces reads best in rows
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 60 }), (pieces) => {
        const html = pieces.join('');
        const text = htmlText(html);
        expect(text.length).toBeLessThanOrEqual(html.length * 20);
        expect(text).not.toContain('\0');
        expect(htmlText(html)).toBe(text);
      }),
    );
  });
});
