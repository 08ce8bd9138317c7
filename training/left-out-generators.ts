/**
 * Figures of families of generators that a model had not learnt from, beside those of a model that had: made by
 * training/leave-generator-out.ts, kept in the repository (figures, no texts), read by the evaluation.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../detectors/model-folder.js';
import { aurocOf, type Figure, figure, machines, type Point, people, rateFigure } from './figures.js';
import { cutFor } from './metrics.js';

/** Share of people's texts that may reach the cut. */
const FALSE_ALARMS = 0.01;
const MIN_WORDS = 50;
const SHORTEST = 10;

/** Log-odds of one held text by the model that knows its family, and by the one that does not. */
export interface Judgement {
  machine: boolean;
  split: string;
  words: number;
  known: number;
  unknown: number;
}

/** Of one model: at the cut that 1% of people's texts in calib reach. */
export interface GeneratorFigures {
  /** Machine texts of the family, 50 words and more, valid and calib. */
  truePositives: Figure;
  /** People's texts of valid, 50 words and more. */
  falsePositives: Figure;
  /** The family's texts against all people's, 10 words and more. */
  auroc: Figure;
}

export interface LeftOut {
  family: string;
  /** Texts that the second model did not learn from. */
  leftOut: number;
  known: GeneratorFigures;
  unknown: GeneratorFigures;
}

export interface LeftOutGenerators {
  command: string;
  seed: number;
  families: LeftOut[];
}

/** @param judgements of one family's texts and of all people's */
export function generatorFigures(judgements: readonly Judgement[]): Pick<LeftOut, 'known' | 'unknown'> {
  const of = (model: 'known' | 'unknown'): GeneratorFigures => {
    const points = (some: readonly Judgement[]): Point[] =>
      some.map((one) => ({ llr: one[model], words: one.words, machine: one.machine }));
    const long = judgements.filter(({ words }) => words >= MIN_WORDS);
    const inSplit = (name: string): Point[] => people(points(long.filter(({ split }) => split === name)));
    const cut = cutFor(
      inSplit('calib').map(({ llr }) => llr),
      FALSE_ALARMS,
    );
    return {
      truePositives: rateFigure(machines(points(long)), cut),
      falsePositives: rateFigure(inSplit('valid'), cut),
      auroc: figure(points(judgements.filter(({ words }) => words >= SHORTEST)), aurocOf),
    };
  };
  return { known: of('known'), unknown: of('unknown') };
}

const file = (): string => join(modelFolder(), '..', 'training', 'leave-generator-out.json');

/** One family a line, so that a difference shows what changed. */
export function writeLeftOut({ command, seed, families }: LeftOutGenerators): void {
  const lines = families.map((family) => `  ${JSON.stringify(family)}`).join(',\n');
  const body = `{\n "command": "${command}",\n "seed": ${seed},\n "families": [\n${lines}\n ]\n}\n`;
  writeFileSync(file(), body);
}

/** @returns null where the command was never run */
export function readLeftOut(): LeftOutGenerators | null {
  try {
    return JSON.parse(readFileSync(file(), 'utf8')) as LeftOutGenerators;
  } catch {
    return null;
  }
}
