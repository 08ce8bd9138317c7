/**
 * American and British spellings of the same words, written for this repository: endings that follow a rule, with the words that the
 * rule would get wrong, and single words. Used to measure; what training learns is the small table in training/attacks.ts.
 */
import { likeCase } from './case.js';

/** Stems that take -ize in America and -ise in Britain; prize, size, seize and their like are not among them. */
const IZE =
  'agon anal apolog author brutal capital capsul categor central character civil colon computer crystal critic custom digit econom emphas energ equal fantas fertil final formal fratern general global harmon hospital ideal immun industrial initial institutional international item jeopard legal local maxim memor mesmer minim mobil modern monopol natural neutral normal optim organ ostrac oxid patron penal personal plagiar polar popular priorit privat public rational real recogn revolution romant sanit scrutin sensit social special stabil standard steril stigmat subsid summar symbol sympath synchron synthes terror tranquil util vandal victim visual'.split(
    ' ',
  );
/** Stems of -or and -our. */
const OR =
  'arm behavi cand clam col demean endeav fav ferv flav glam harb hon hum lab neighb od parl ranc rig rum sav splend tum val vap vig'.split(
    ' ',
  );
/** Stems of -er and -re. */
const ER = 'calib cent fib lit lust meag sabr scept somb spect theat'.split(' ');
/** Verbs that double the l in Britain only. */
const L =
  'cancel channel counsel dial duel equal fuel label level marvel model panel pedal quarrel rival signal travel tunnel'.split(
    ' ',
  );
/** Whole words, American first. */
const WORDS = `
aging/ageing airplane/aeroplane aluminum/aluminium analyze/analyse analyzed/analysed
analyzes/analyses analyzing/analysing artifact/artefact artifacts/artefacts catalog/catalogue
catalogs/catalogues cozy/cosy defense/defence dialog/dialogue dialogs/dialogues
encyclopedia/encyclopaedia enroll/enrol enrollment/enrolment fulfill/fulfil
fulfillment/fulfilment gray/grey installment/instalment jewelry/jewellery judgment/judgement
judgments/judgements maneuver/manoeuvre mold/mould mom/mum mustache/moustache offense/offence
pajamas/pyjamas paralyze/paralyse paralyzed/paralysed plow/plough pretense/pretence
program/programme programs/programmes skeptic/sceptic skeptics/sceptics skeptical/sceptical
skepticism/scepticism skillful/skilful sulfur/sulphur tire/tyre tires/tyres willful/wilful
`
  .trim()
  .split(/\s+/)
  .map((pair) => pair.split('/') as [string, string]);

const any = (stems: readonly string[]): string => `(?:${stems.join('|')})`;
const ENDINGS = '(e[ds]?|ing|ers?|ations?|able)';

type Rule = readonly [RegExp, string];
/** Rules for lower-cased words. */
const BRITISH: readonly Rule[] = [
  [new RegExp(`^((?:re|de|dis|un)?${any(IZE)}i)z${ENDINGS}$`), '$1s$2'],
  // Honorary, humorous, laborious and vaporize have no u in Britain either.
  [new RegExp(`^((?:dis|un|mis)?${any(OR)}o)r(?!ous|ad|ar|at|ec|if|io|is|iz)`), '$1ur'],
  [new RegExp(`^(${any(ER)})er(s?)$`), '$1re$2'],
  [new RegExp(`^(${any(L)})(ed|ing|ers?)$`), '$1l$2'],
  ...WORDS.map(([american, british]): Rule => [new RegExp(`^${american}$`), british]),
];
const AMERICAN: readonly Rule[] = [
  [new RegExp(`^((?:re|de|dis|un)?${any(IZE)}i)s${ENDINGS}$`), '$1z$2'],
  [new RegExp(`^((?:dis|un|mis)?${any(OR)}o)ur`), '$1r'],
  [new RegExp(`^(${any(ER)})re(s?)$`), '$1er$2'],
  [new RegExp(`^(${any(L)})l(ed|ing|ers?)$`), '$1$2'],
  ...WORDS.map(([american, british]): Rule => [new RegExp(`^${british}$`), american]),
];

const respell = (text: string, rules: readonly Rule[]): string =>
  text.replace(/[A-Za-z]{3,}/g, (word) => {
    const lower = word.toLowerCase();
    for (const [pattern, other] of rules) {
      if (pattern.test(lower)) return likeCase(word, lower.replace(pattern, other));
    }
    return word;
  });

/** @param text any; words keep a first capital, or all of them */
export const toBritish = (text: string): string => respell(text, BRITISH);

/** @param text any; words keep a first capital, or all of them */
export const toAmerican = (text: string): string => respell(text, AMERICAN);
