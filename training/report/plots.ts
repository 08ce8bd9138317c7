/**
 * Diagrams as small SVG files, without a library: how far probabilities hold (reliability), and how many machine texts are caught at
 * each share of false alarms (ROC and DET). Legible on light and dark pages: each brings its own ground. Pure.
 */

export interface Curve {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  label: string;
  /** Place of a value on the axis, 0 to 1. */
  place(value: number): number;
  ticks: readonly (readonly [value: number, name: string])[];
}

export interface Panel {
  title: string;
  x: Axis;
  y: Axis;
  curves: readonly Curve[];
  /** A straight line of what would be perfect, or chance. */
  diagonal?: boolean;
  /** Dots at the points of the curves. */
  dots?: boolean;
}

const SIDE = 240;
const LEFT = 52;
const TOP = 30;
const WIDTH = SIDE + LEFT + 16;
const HEIGHT = SIDE + TOP + 46;
const LEGEND = 18;

const STYLE = `<style>
svg{font:12px system-ui,sans-serif;--ground:#fff;--ink:#1b1f24;--grid:#d5d9de;--c0:#0757b5;--c1:#b3400a;--c2:#16734a;--c3:#7b2fa8}
@media (prefers-color-scheme:dark){svg{--ground:#14171a;--ink:#e6e9ec;--grid:#3a4047;--c0:#6fb1ff;--c1:#ffa06b;--c2:#5fd39a;--c3:#d19cf5}}
.ground{fill:var(--ground)}text{fill:var(--ink)}.grid{stroke:var(--grid);fill:none}.ideal{stroke:var(--ink);stroke-dasharray:3 4}
${[0, 1, 2, 3].map((i) => `.c${i}{stroke:var(--c${i});fill:none;stroke-width:2}.d${i}{fill:var(--c${i})}`).join('')}
.c1{stroke-dasharray:7 3}.c2{stroke-dasharray:2 2}.c3{stroke-dasharray:9 3 2 3}
</style>`;

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const at = (value: number): string => Number(value.toFixed(1)).toString();

function drawPanel({ title, x, y, curves, diagonal, dots }: Panel, left: number, top: number): string {
  const px = (value: number): number => left + LEFT + SIDE * Math.min(1, Math.max(0, x.place(value)));
  const py = (value: number): number => top + TOP + SIDE * (1 - Math.min(1, Math.max(0, y.place(value))));
  const [x0, y0, x1, y1] = [left + LEFT, top + TOP + SIDE, left + LEFT + SIDE, top + TOP];
  const parts = [
    `<text x="${(x0 + x1) / 2}" y="${y1 - 10}" text-anchor="middle" font-weight="600">${escaped(title)}</text>`,
    ...x.ticks.map(
      ([value, name]) =>
        `<path class="grid" d="M${at(px(value))} ${y0}V${y1}"/><text x="${at(px(value))}" y="${y0 + 16}" text-anchor="middle">${escaped(name)}</text>`,
    ),
    ...y.ticks.map(
      ([value, name]) =>
        `<path class="grid" d="M${x0} ${at(py(value))}H${x1}"/><text x="${x0 - 6}" y="${at(py(value) + 4)}" text-anchor="end">${escaped(name)}</text>`,
    ),
    `<text x="${(x0 + x1) / 2}" y="${y0 + 34}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(${left + 12} ${(y0 + y1) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    `<rect class="grid" x="${x0}" y="${y1}" width="${SIDE}" height="${SIDE}"/>`,
    diagonal ? `<path class="ideal" d="M${x0} ${y0}L${x1} ${y1}"/>` : '',
    ...curves.map(({ points }, i) => {
      const line = points.map(([a, b], j) => `${j === 0 ? 'M' : 'L'}${at(px(a))} ${at(py(b))}`).join('');
      const marks = dots
        ? points.map(([a, b]) => `<circle class="d${i}" cx="${at(px(a))}" cy="${at(py(b))}" r="3"/>`).join('')
        : '';
      return `<path class="c${i}" d="${line}"/>${marks}`;
    }),
  ];
  return parts.join('');
}

/**
 * @param panels side by side, two in a row; at most four curves each
 * @param legend names of the curves, shown once under the panels; none when there is one curve
 * @param description read out in place of the picture
 */
export function drawPlot(panels: readonly Panel[], legend: readonly string[], description: string): string {
  const columns = Math.min(2, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const width = columns * WIDTH;
  const height = rows * HEIGHT + (legend.length === 0 ? 0 : LEGEND * legend.length + 8);
  const names = legend.map((name, i) => {
    const y = rows * HEIGHT + LEGEND * i + 8;
    return `<path class="c${i}" d="M${LEFT} ${y}h34"/><text x="${LEFT + 42}" y="${y + 4}">${escaped(name)}</text>`;
  });
  const drawn = panels.map((panel, i) =>
    drawPanel(panel, (i % columns) * WIDTH, Math.floor(i / columns) * HEIGHT),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(description)}">
${STYLE}<rect class="ground" width="${width}" height="${height}"/>
${[...drawn, ...names].join('\n')}
</svg>
`;
}
