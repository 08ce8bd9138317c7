/** The style sheet: enough contrast in both palettes (WCAG 2.2, 1.4.3 and 1.4.11), and nothing loaded from elsewhere. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const css = readFileSync(new URL('../../../src/console/console.css', import.meta.url), 'utf8');

type Palette = Record<string, string>;

function paletteOf(source: string): Palette {
  return Object.fromEntries(
    [...source.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [
      name as string,
      colour as string,
    ]),
  );
}

const darkAt = css.indexOf('@media (prefers-color-scheme: dark)');
const darkEnd = css.indexOf('}\n}', darkAt);
const light = paletteOf(css.slice(0, darkAt));
const dark = { ...light, ...paletteOf(css.slice(darkAt, darkEnd)) };

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const BANDS = ['machine', 'assisted', 'uncertain', 'no_machine_signs', 'insufficient'];
const TEXT: readonly (readonly [ink: string, ground: string])[] = [
  ['ink', 'paper'],
  ['ink', 'card'],
  ['ink', 'soft'],
  ['ink', 'for'],
  ['ink', 'against'],
  ['ink', 'both'],
  ['muted', 'paper'],
  ['muted', 'card'],
  ['muted', 'for'],
  ['muted', 'against'],
  ['accent', 'paper'],
  ['accent', 'card'],
  ['accent-ink', 'accent'],
  ['no_machine_signs', 'card'],
  ['no_machine_signs', 'paper'],
  ...BANDS.map((band) => [band, `${band}-bg`] as const),
];
const SIGNS: readonly (readonly [string, string])[] = [
  ['focus', 'paper'],
  ['focus', 'card'],
  ['muted', 'card'],
  ['machine', 'for'],
  ['no_machine_signs', 'against'],
];

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('the %s palette', (_name, palette) => {
  test.each(TEXT)('%s on %s reads well', (ink, ground) => {
    expect(contrast(palette[ink] as string, palette[ground] as string)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(SIGNS)('%s stands out from %s', (sign, ground) => {
    expect(contrast(palette[sign] as string, palette[ground] as string)).toBeGreaterThanOrEqual(3);
  });
});

test('nothing is loaded from elsewhere, and the focus stays visible', () => {
  expect(css).not.toMatch(/url\(|@import|@font-face/);
  expect(css).not.toMatch(/outline:\s*(none|0)/);
  expect(css).toContain(':focus-visible');
});
