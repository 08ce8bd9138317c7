/**
 * A paraphrase by rules: clauses change places, sentences are joined or split, connectives and contractions are exchanged. What
 * somebody does by hand who wants the same sentences in another shape. It is not what a language model makes of a text: that keeps
 * neither the words nor the sentences, and is measured only on the paraphrases that the sources of the data made themselves.
 */
import { likeCase } from './case.js';

const SENTENCE = /(?<=[.!?]["')]?) (?=["'(]?[A-Z])/;

/** Openings that can be exchanged or dropped. */
const OPENINGS: readonly (readonly [RegExp, string])[] = [
  [/^However, (?=\w)/, 'But '],
  [/^But (?=\w)/, 'However, '],
  [/^Therefore, (?=\w)/, 'So '],
  [/^So (?!far|much|many|long|that)(?=[a-z])/, 'Therefore, '],
  [/^(?:In addition|Additionally|Moreover|Furthermore), (?=\w)/, 'Also, '],
  [/^Also, (?=\w)/, 'In addition, '],
  [/^(?:In conclusion|Overall|To sum up), (?=\w)/, 'All in all, '],
  [/^(?:For example|For instance), (?=\w)/, 'To give an example, '],
  [/^(?:As a result|Consequently), (?=\w)/, 'Because of this, '],
  [/^(?:In fact|Indeed), (?=\w)/, ''],
  [/^There (?:is|are) no doubt that (?=\w)/, 'Certainly '],
];
/** Contractions, written out on the left. */
const CONTRACTIONS: readonly (readonly [string, string])[] = [
  ['do not', "don't"],
  ['does not', "doesn't"],
  ['did not', "didn't"],
  ['is not', "isn't"],
  ['are not', "aren't"],
  ['was not', "wasn't"],
  ['cannot', "can't"],
  ['could not', "couldn't"],
  ['would not', "wouldn't"],
  ['should not', "shouldn't"],
  ['it is', "it's"],
  ['that is', "that's"],
  ['I am', "I'm"],
  ['I have', "I've"],
  ['they are', "they're"],
  ['we are', "we're"],
  ['you are', "you're"],
];
const LEADING =
  /^(When|While|If|Although|Though|Because|Since|After|Before|Unless|Once|As) ([^,;:"()]{8,90}), ([a-z][^;:"()]{8,160})([.!?])$/;
const TRAILING =
  /^([A-Z][^,;:"()]{8,120}?),? (when|while|if|although|because|unless|after|before) ([a-z][^,;:"()]{8,110})\.$/;
const JOINT =
  /^([^;:"()]{20,140}), (and|but|so) ((?:he|she|it|they|we|you|I|this|there) [^;:"()]{10,160}[.!?])$/;
/** Beginnings that keep their capital inside a sentence are not among these. */
const JOINABLE =
  /^(?:The|This|These|That|Those|It|He|She|They|We|There|In|My|Our|Their|His|Her|A|An|Some|Many) /;

const lower = (text: string): string =>
  /^I\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A subordinate clause goes from one end of its sentence to the other. */
export function moveClause(sentence: string): string {
  const leading = LEADING.exec(sentence);
  if (leading) {
    const [, word, clause, main, stop] = leading;
    return `${upper(main!)} ${word!.toLowerCase()} ${lower(clause!)}${stop}`;
  }
  const trailing = TRAILING.exec(sentence);
  if (trailing) {
    const [, main, word, clause] = trailing;
    return `${upper(word!)} ${clause}, ${JOINABLE.test(`${main} `) ? lower(main!) : main}.`;
  }
  return sentence;
}

/** One sentence out of two parts joined by a connective becomes two. */
const split = (sentence: string): string =>
  sentence.replace(JOINT, (_, left: string, word: string, right: string) =>
    word === 'and' ? `${left}. ${upper(right)}` : `${left}. ${upper(word)} ${right}`,
  );

function exchange(sentence: string): string {
  for (const [opening, other] of OPENINGS) {
    if (opening.test(sentence)) return upper(sentence.replace(opening, other));
  }
  return sentence;
}

function contract(text: string, random: () => number, share: number): string {
  let changed = text;
  for (const [long, short] of CONTRACTIONS) {
    const [from, to] = random() < 0.5 ? [long, short] : [short, long];
    changed = changed.replace(new RegExp(`\\b${from}\\b`, 'gi'), (found) =>
      random() < share ? likeCase(found === 'I' ? 'i' : found, to) : found,
    );
  }
  return changed;
}

/**
 * @param share of the places at which a rule fits that are changed, 0 to 1
 * @returns the text with its sentences in another shape; the words stay nearly all the same
 */
export function rewriteByRules(text: string, random: () => number, share = 0.7): string {
  const sentences: string[] = [];
  for (const sentence of text.split(SENTENCE)) {
    let own = sentence;
    for (const rule of [exchange, moveClause, split]) if (random() < share) own = rule(own);
    const before = sentences.at(-1);
    const joined =
      before !== undefined &&
      /[a-z]\.$/.test(before) &&
      before.length + own.length < 180 &&
      JOINABLE.test(own) &&
      random() < share / 2;
    if (joined) sentences[sentences.length - 1] = `${before.slice(0, -1)}, and ${lower(own)}`;
    else sentences.push(own);
  }
  return contract(sentences.join(' '), random, share);
}
