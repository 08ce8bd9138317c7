/** The scorecard at the top of the page: what we promised ourselves, and where we stand. */
import type { Gate } from '../evaluation/scorecard.js';
import { table } from './tables.js';

const UNITS: Readonly<Record<Gate['unit'], { scale: number; digits: number; sign: string }>> = {
  percent: { scale: 100, digits: 1, sign: '%' },
  points: { scale: 100, digits: 1, sign: ' points' },
  plain: { scale: 1, digits: 3, sign: '' },
  times: { scale: 1, digits: 1, sign: '' },
  rate: { scale: 1, digits: 0, sign: '' },
};

function say(gate: Gate, value: number, digits?: number): string {
  const unit = UNITS[gate.unit];
  return `${Number((unit.scale * value).toFixed(digits ?? unit.digits))}${unit.sign}`;
}

function found(gate: Gate): string {
  const { figure, worst, unit } = gate;
  if (!Number.isFinite(figure.value)) return '–';
  const { scale, digits } = UNITS[unit];
  const fixed = (value: number): string => (scale * value).toFixed(digits);
  const [low, high] = figure.interval;
  const interval = low === high ? '' : ` (${fixed(low)} to ${fixed(high)}), n ${figure.n}`;
  return `${fixed(figure.value)}${interval}${worst === undefined ? '' : `; worst: ${worst}`}`;
}

export function promisesSection(gates: readonly Gate[]): string {
  const count = (standing: Gate['standing']): number =>
    gates.filter((gate) => gate.standing === standing).length;
  return `## What we promised ourselves, and where we stand

Set beforehand. *Met*: the figure is within the gate. *Missed*: its whole 95% interval is outside. *Within the
interval*: neither, so these texts do not decide. Of ${gates.length} gates ${count('met')} are met, ${count('within the interval')} are within the interval, ${count('missed')} are missed${count('too few texts') > 0 ? `, ${count('too few texts')} had too few texts` : ''}.

${table(
  ['measure', 'gate', 'aim', 'figure', 'stands'],
  gates.map((gate) => {
    const sign = gate.better === 'higher' ? '≥' : '≤';
    return [
      gate.measure,
      `${sign} ${say(gate, gate.limit)}`,
      gate.aim === null ? '' : `${sign} ${say(gate, gate.aim)}`,
      found(gate),
      gate.reached ? 'met, and the aim' : gate.standing,
    ];
  }),
)}

A mean over sources has the interval of other sources, drawn in two stages (sources, then texts). An attack counts against the clean
twins of the same texts, with the interval for paired shares (Agresti and Min 2005). The worst of several attacks or sources has the
interval of that one alone. What is put between the words (emoji, other people's sentences) has no gate of its own against machines
that go uncalled; the attacks below show it. "Unseen" is shown by leaving sources out; files nobody here has seen decide.

`;
}
