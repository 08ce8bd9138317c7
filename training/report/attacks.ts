/** Attacks made here on both classes, and those that the sources of the data made themselves on machine texts. */
import type { Headline } from '../evaluation/headline.js';
import type { Slice } from '../evaluation/slices.js';
import { hundredths, percent, table } from './tables.js';

const ofSources = (slices: readonly Slice[], set: Slice['set']): string => {
  const rows = slices.filter((slice) => slice.set === set && slice.by === 'attack of the source');
  return table(
    ['attack, source', 'TPR at 1% cut', 'TPR at 5% cut', 'the same source without attack, at 1% cut'],
    rows.map(({ name, caught, caughtAtFive }) => {
      const source = name.slice(name.indexOf(', ') + 2);
      const plain = slices.find(
        (slice) => slice.set === set && slice.by === 'same source, no attack' && slice.name === source,
      );
      return [
        name,
        percent(caught),
        percent(caughtAtFive),
        plain === undefined ? '–' : percent(plain.caught),
      ];
    }),
  );
};

export const attacksSection = (
  { attacks }: Headline,
  slices: readonly Slice[],
  minWords: number,
): string => `## Attacks, split valid, ${minWords} words and more

Each text attacked (seed 11), then read through the canonicaliser; a sample of texts of each class, the same in every row. *Lost*: machine texts
at or above the 1% cut, clean twin minus attacked, in points; *added*: people's texts at or above the 5% cut, attacked minus clean twin.

${table(
  [
    'attack',
    'on',
    'TPR at 1% cut',
    'lost',
    'FPR at 1% cut',
    'FPR at 5% cut',
    'added',
    'machine texts said to show no signs',
  ],
  attacks.map(({ name, kind, caught, lost, accused, accusedAtFive, added, noSigns }) => [
    name,
    kind === 'clean' ? '' : kind,
    percent(caught),
    kind === 'clean' ? '' : hundredths(lost),
    percent(accused),
    percent(accusedAtFive),
    kind === 'clean' ? '' : hundredths(added),
    percent(noSigns),
  ]),
)}

*Synonyms*: half of the words known to a table of some 400 interchangeable words and phrases. *Paraphrase by rules*: clauses change places, sentences
are joined and split, connectives and contractions exchanged; the words stay, so it is weaker than what a language model writes. *A
person's introduction, paragraph*: some forty words of another person's text of the same domain, put before the text or in its middle;
such a machine text is no longer all a machine's. The first eight are those of which light doses may have been learnt from; the others no training has seen.

### Made by the sources

Machine texts that their makers rewrote, paraphrased (DIPPER, another model) or told to sound like a person; these have no clean twins.
Same sources:

${ofSources(slices, 'same sources')}

Sources left out:

${ofSources(slices, 'unseen sources')}

`;
