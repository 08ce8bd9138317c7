/**
 * Every sentence Assay says about a text, by key: for symbols, for the reason of a band, for findings. Plain words that the
 * person accused can read and answer; numbers are filled in, the text itself is never quoted.
 */

const SENTENCES: Readonly<Record<string, string>> = {
  'text.reading.machine':
    'Read as a whole by a model that learnt from texts of both kinds, the text is more like machine-written ones; it makes a machine {times} times as likely.',
  'text.reading.human':
    'Read as a whole by a model that learnt from texts of both kinds, the text is more like texts by people; it makes a person {times} times as likely.',
  'text.reading.neutral':
    'Read as a whole, the text is as much like texts by people as like machine-written ones.',
  'text.phrases.machine':
    'The wording is more common in machine-written texts than in texts by people; it makes a machine {times} times as likely.',
  'text.phrases.human':
    'The wording is more common in texts by people than in machine-written ones; it makes a person {times} times as likely.',
  'text.phrases.neutral': 'The wording speaks for neither side.',
  'text.grammar.machine':
    'The way words are joined into sentences is more common in machine-written texts; it makes a machine {times} times as likely.',
  'text.grammar.human':
    'The way words are joined into sentences is more common in texts by people; it makes a person {times} times as likely.',
  'text.grammar.neutral': 'The way words are joined into sentences speaks for neither side.',
  'text.style.vocabulary.machine':
    'Length, variety and repetition of the words are closer to machine-written texts ({times} times).',
  'text.style.vocabulary.human':
    'Length, variety and repetition of the words are closer to texts by people ({times} times).',
  'text.style.vocabulary.neutral': 'Length, variety and repetition of the words speak for neither side.',
  'text.style.sentences.machine':
    'The lengths of the sentences and how they begin are closer to machine-written texts ({times} times).',
  'text.style.sentences.human':
    'The lengths of the sentences and how they begin are closer to texts by people ({times} times).',
  'text.style.sentences.neutral': 'The lengths of the sentences and how they begin speak for neither side.',
  'text.style.casing.machine':
    'The use of capital letters is closer to machine-written texts ({times} times).',
  'text.style.casing.human': 'The use of capital letters is closer to texts by people ({times} times).',
  'text.style.casing.neutral': 'The use of capital letters speaks for neither side.',
  'text.style.punctuation.machine':
    'Commas, dashes, quotes and other marks are used as in machine-written texts ({times} times).',
  'text.style.punctuation.human':
    'Commas, dashes, quotes and other marks are used as in texts by people ({times} times).',
  'text.style.punctuation.neutral': 'Commas, dashes, quotes and other marks speak for neither side.',
  'text.style.register.machine':
    'Who is spoken of, short forms, numbers and linking words are closer to machine-written texts ({times} times).',
  'text.style.register.human':
    'Who is spoken of, short forms, numbers and linking words are closer to texts by people ({times} times).',
  'text.style.register.neutral':
    'Who is spoken of, short forms, numbers and linking words speak for neither side.',
  'text.baseline.machine':
    'Starting point for a text of {words} words, before anything in it is looked at ({times} times for a machine).',
  'text.baseline.human':
    'Starting point for a text of {words} words, before anything in it is looked at ({times} times for a person).',
  'text.baseline.neutral':
    'Starting point for a text of {words} words, before anything in it is looked at: neither side.',
  'text.language':
    'The language of the text is not one this detector was trained on, so nothing is concluded from it.',
  'text.not_prose.encoded':
    'The text looks like encoded data, not like sentences, so nothing is concluded from it.',
  'text.not_prose.marks':
    'The text looks like program code or a table, not like sentences, so nothing is concluded from it.',
  'text.not_prose.numbers': 'The text is mostly numbers, so nothing is concluded from it.',
  'text.not_prose.repeated':
    'The text says the same over and over, so there is too little in it to conclude anything.',
  'repair.invisible_characters':
    'Characters that cannot be seen were taken out before reading ({count}). A reason to look, not proof.',
  'repair.stacked_marks':
    'Piled-up accent marks were taken off before reading ({count}). A reason to look, not proof.',
  'repair.odd_spaces':
    'Unusual kinds of space were replaced before reading ({count}). A reason to look, not proof.',
  'repair.styled_letters':
    'Letters in decorative forms were read as plain ones ({count}). A reason to look, not proof.',
  'repair.mixed_scripts':
    'Letters of another alphabet that look like Latin ones were read as what they look like ({count} words). A reason to look, not proof.',
  'repair.letter_spacing':
    'Words written with spaces between their letters were joined ({count}). A reason to look, not proof.',
  'repair.case_games':
    'Words in alternating capitals were read in small letters ({count}). A reason to look, not proof.',
  'repair.ill_formed': 'Damaged characters were taken out before reading ({count}).',
  'repair.spaced_punctuation': 'Spaces before punctuation were closed before reading ({count}).',
  'repair.links': 'Links were left out of the reading ({count}).',
  'repair.quoted_text':
    'Quoted text or a signature was left out, so that only the author’s own words count ({count}).',
  'because.machine':
    'The evidence for a machine is stronger than in all but a stated small share of texts by people. A text that a person wrote and a machine polished looks the same to this detector: about half of such texts are called this.',
  'because.machine_short':
    'The text is short, but the evidence for a machine is stronger than in nearly any short text by a person. A text that a person wrote and a machine polished can look the same.',
  'because.findings':
    'What was found about the group this text belongs to, together with the text, passes the line for a machine.',
  'because.leaning':
    'The text leans towards machine writing, but not so far that a person could not well have written it. About one in five of the texts that a person wrote and a machine polished looks like this, too.',
  'because.uncertain': 'The signs in this text do not tell a person from a machine.',
  'because.no_machine_signs':
    'The text shows fewer signs of a machine than nearly all machine-written texts. That does not prove that a person wrote it.',
  'because.short': 'The text is too short for a judgement on its own.',
  'because.empty': 'There are no words to judge.',
  'because.language': 'The language is not covered by this detector; it makes no guess.',
  'because.not_prose': 'This is not running text, and the detector has no evidence for anything else.',
  deleted: 'The text was deleted by its author or platform.',
  'finding.thread': 'The thread this text stands in shows signs of coordination.',
  'finding.account': 'The account’s texts taken together show signs of automation.',
  'finding.campaign':
    'The text belongs to a group of texts that resemble each other more than chance explains.',
};

/** Said for a key this version does not know, for instance in an old verdict. */
const UNKNOWN = 'A reason that this version of Assay has no words for.';

/** All keys, for tests and documentation. */
export const SENTENCE_KEYS: readonly string[] = Object.keys(SENTENCES);

/** A number as people read it: 1,200 · 35 · 3.4 */
const say = (value: string | number): string => {
  if (typeof value === 'string') return value;
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
};

/**
 * Plain words for a symbol's sentence or a decision's `because`.
 * @param values numbers for the places in braces; a place without one is said as "some"
 */
export function sentenceOf(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  const template = Object.hasOwn(SENTENCES, key) ? SENTENCES[key]! : UNKNOWN;
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? say(values[name]!) : 'some',
  );
}
