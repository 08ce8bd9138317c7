/**
 * What the bands are called, and what they mean and do not mean. Written for whoever wrote the text as much as for
 * whoever judges it: nothing here is worded as proof.
 */
import type { Band, Decision } from '../../schemas/verdict.js';
import { percent, rateInWords } from './figures.js';

interface BandWords {
  /** In lists. */
  name: string;
  means: string;
  meansNot: string;
}

export const BAND_WORDS: Readonly<Record<Band, BandWords>> = {
  machine: {
    name: 'Reads as machine-written',
    means:
      'The way this text is written is far more common in texts made by language models than in texts by people.',
    meansNot:
      'This is a statement about writing style, not proof of who wrote it or of any intent. People are sometimes called this wrongly; that is why a person decides, and why nothing was removed because of it. A text that a person wrote and had a machine polish looks the same.',
  },
  assisted: {
    name: 'Reads as machine-assisted',
    means: 'Parts of this text read as machine-written or machine-edited, others do not.',
    meansNot: 'Translation, spelling aids and editing help look like this too. It is no reproach.',
  },
  uncertain: {
    name: 'Uncertain',
    means: 'The signs are mixed or weak, so the detector does not take a side.',
    meansNot: 'It is not “probably a machine”. Treat the text as you would have without a detector.',
  },
  no_machine_signs: {
    name: 'No machine signs',
    means: 'The detector found nothing that is typical of machine-written text.',
    meansNot: 'It is not proof of a person: a machine can be made to write like this.',
  },
  insufficient: {
    name: 'Too little to judge',
    means: 'There is not enough text in a language the detector knows to say anything reliable.',
    meansNot: 'It says nothing in either direction.',
  },
};

/** How sure: "95% interval from 88.0% to 96.2%, assuming that …". */
export function certaintyInWords({ interval, prior }: Pick<Decision, 'interval' | 'prior'>): string {
  return `95% interval from ${percent(interval[0])} to ${percent(interval[1])}, assuming that ${percent(prior)} of such texts are machine-written before looking at this one`;
}

/** The false-alarm budget in words, or null where none was used. */
export function budgetInWords(budget: Decision['budget']): string | null {
  if (budget === null) return null;
  return `At most ${rateInWords(budget.falseAlarmRate)} human texts are called this (measured on: ${budget.slice}).`;
}

/** How much one reason weighs. Steps of the absolute contribution in nats: factors of 1.3, 2 and 4.5 in the odds. */
export function strengthInWords(contribution: number): string {
  const size = Math.abs(contribution);
  const word = size < 0.25 ? 'slightly' : size < 0.7 ? 'somewhat' : size < 1.5 ? 'clearly' : 'strongly';
  if (size < 0.005) return 'hardly counts either way';
  return contribution > 0 ? `speaks ${word} for a machine` : `speaks ${word} against a machine`;
}
