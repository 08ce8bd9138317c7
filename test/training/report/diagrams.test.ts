import { expect, test } from '@jest/globals';
import { parseFragment } from 'parse5';
import { diagrams, operatingCurve, probit, reliability } from '../../../training/report/diagrams.js';
import { drawPlot } from '../../../training/report/plots.js';
import { evaluation, outcomes } from '../evaluation/made-up.js';

const axis = { label: 'a < b', place: (value: number) => value, ticks: [[0.5, '½']] as const };

test('true probabilities lie on the diagonal, in bins of equal mass', () => {
  const judged = Array.from({ length: 30_000 }, (_, i) => {
    const p = (i % 100) / 100 + 0.005;
    return { llr: Math.log(p / (1 - p)), row: { machine: (i * 7919) % 30_000 < p * 30_000 } };
  });
  const points = reliability(judged);
  expect(points).toHaveLength(15);
  for (const [said, found] of points) expect(found).toBeCloseTo(said, 1);
});

test('an operating curve goes from no alarms to all, never back, and is thinned out', () => {
  const curve = operatingCurve(outcomes(20_000, 3));
  expect(curve.at(-1)).toEqual([1, 1]);
  expect(curve.length).toBeLessThan(300);
  for (let i = 1; i < curve.length; i++) {
    expect(curve[i]![0]).toBeGreaterThanOrEqual(curve[i - 1]![0]);
    expect(curve[i]![1]).toBeGreaterThanOrEqual(curve[i - 1]![1]);
  }
  const tied = [true, false].map((machine) => ({ llr: 1, row: { machine } }));
  expect(operatingCurve(tied)[0]).toEqual([1, 1]);
  expect(operatingCurve(tied.slice(1))).toEqual([]);
});

test('the normal scale has its known places', () => {
  expect(probit(0.5)).toBeCloseTo(0, 6);
  expect(probit(0.975)).toBeCloseTo(1.959964, 5);
  expect(probit(0.001)).toBeCloseTo(-3.090232, 4);
});

test('a plot escapes what it is given, and draws a line through the points of each curve', () => {
  const svg = drawPlot(
    [
      {
        title: 'T & "t"',
        x: axis,
        y: axis,
        curves: [
          {
            name: 'one',
            points: [
              [0, 0],
              [1, 1],
            ],
          },
        ],
        dots: true,
      },
    ],
    ['<one>'],
    'a "plot"',
  );
  expect(svg).toContain('T &amp; &quot;t&quot;');
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('&lt;one&gt;');
  expect(svg).toContain('aria-label="a &quot;plot&quot;"');
  expect(svg).toContain('d="M52 270L292 30"');
  expect(svg.match(/<circle/g)).toHaveLength(2);
});

test('the diagrams are small, well-formed, say what they show, and can be read on light and dark', () => {
  const files = diagrams(evaluation());
  expect(Object.keys(files)).toEqual(['reliability.svg', 'roc.svg']);
  for (const svg of Object.values(files)) {
    expect(Buffer.byteLength(svg)).toBeLessThan(30_000);
    const problems: string[] = [];
    parseFragment(svg, { onParseError: ({ code }) => problems.push(code) });
    expect(problems).toEqual([]);
    expect(svg.slice(0, 400)).toMatch(/role="img" aria-label="[^"]{40,}"/);
    expect(svg.includes('prefers-color-scheme:dark')).toBe(true);
    expect(/NaN|undefined|Infinity/.test(svg)).toBe(false);
  }
});
