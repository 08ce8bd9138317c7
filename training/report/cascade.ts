/** What the encoder's share of a stream buys and costs. */
import { type Cascade, type OperatingPoint, PEOPLE_IN_STREAM } from '../evaluation/cascade.js';
import { percent, table } from './tables.js';

const CHOICES: Readonly<Record<OperatingPoint['choice'], string>> = {
  highest: 'most like a machine',
  nearest: 'nearest to the cut',
  served: 'as served',
};

export function cascadeSection({ costs, rows, served }: Cascade): string {
  const full = rows.find(({ share }) => share === 1)!;
  const flood = rows.find(({ share }) => share === 0)!;
  const milliseconds = (seconds: number): string => (1_000 * seconds).toFixed(seconds < 0.001 ? 3 : 1);
  const times = served.perSecond / full.perSecond;
  const kept = served.kept.same.value;
  const row = (point: OperatingPoint): string[] => [
    `${(100 * point.read).toFixed(1)}%`,
    CHOICES[point.choice],
    Math.round(point.perSecond).toLocaleString('en-GB'),
    percent(point.same.truePositives),
    percent(point.same.falsePositives),
    (100 * point.kept.same.value).toFixed(1),
    percent(point.unseen.truePositives),
    percent(point.unseen.falsePositives),
  ];
  return `## What the encoder's share buys

A stream in which ${100 * PEOPLE_IN_STREAM}% of the texts are by people, with the lengths of split valid. Each row is a detector of its own: what the encoder does
not read keeps the first stage's llr, and the 1% cut is set anew by the card's rule from out-of-source predictions. *Most like a
machine*: the encoder reads from a first-stage llr on, as the service does. *Nearest to the cut*: it reads where the first stage is least
sure of its call, on both sides. *Kept*: machine texts called, against the encoder on every text.

${table(
  [
    'read',
    'which',
    'documents/s/core',
    'same sources: TPR at 1% cut',
    'FPR',
    'kept, %',
    'unseen: mean TPR at 1% cut',
    'FPR pooled',
  ],
  [served, ...rows].map(row),
)}

Processor time in this run, all threads: ${milliseconds(costs.first)} ms a document for canonicaliser and first stage; for the encoder ${milliseconds(costs.encoder.human)} ms a
text by a person and ${milliseconds(costs.encoder.machine)} ms one by a machine. Documents a second and core are one over the mean cost of a document of the stream, so they
leave out what goes on around the models ([benchmarks](benchmarks.md) measure that).

As served, the cascade keeps ${(100 * kept).toFixed(1)}% of the full encoder's TPR on known sources (${(100 * served.kept.unseen).toFixed(1)}% on unseen ones) at ${times.toFixed(1)} times its throughput; the gate is
97% at twice. Under a flood the first stage alone judges ${Math.round(flood.perSecond).toLocaleString('en-GB')} documents a second and core, and calls ${(100 * flood.kept.same.value).toFixed(1)}% of what the full encoder calls (${(100 * flood.kept.unseen).toFixed(1)}% on unseen
sources).

`;
}
