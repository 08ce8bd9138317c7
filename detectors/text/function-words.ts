/**
 * The words that carry grammar and not topic. They are what survives when everything a text is about is taken out, so patterns
 * of them carry over from one subject and platform to the next. Numbered; the numbers are part of the model's features.
 */
import { fold } from './alphabet.js';

/** Words by role; the role of a word is a style fact (who speaks, what links the sentences). */
const ROLES = {
  first: "i me my mine myself i'm i've i'll i'd im ive we us our ours ourselves we're we've we'll we'd",
  second: "you your yours yourself yourselves you're you've you'll you'd u ur",
  third:
    "he him his himself she her hers herself it its itself they them their theirs themselves he's she's it's they're they've they'll",
  article: 'a an the',
  pointing: "this that these those that's there there's here here's",
  asking: "who whom whose which what what's when where why how whoever whatever whenever",
  preposition:
    'of in on at by for with from to into onto over under above below between among through during before after about against across along around behind beside besides beyond within without toward towards upon despite since until till per via like unlike as than',
  joining: 'and or but nor so yet if because although though while whereas unless whether once',
  linking:
    'however moreover furthermore additionally therefore thus hence overall ultimately consequently nevertheless nonetheless meanwhile instead otherwise similarly likewise firstly secondly thirdly finally lastly indeed rather also',
  being: "be is am are was were been being isn't aren't wasn't weren't",
  helping:
    "do does did done doing don't doesn't didn't dont didnt have has had having haven't hasn't hadn't will would shall should can could may might must won't wouldn't can't cant couldn't shouldn't ought cannot",
  negating: 'no not none nothing nobody nowhere never neither',
  measuring:
    'all any both each every few many more most much several some such other another little less least enough own same one two first last only just even still already again very too quite really pretty almost always often sometimes usually ever maybe perhaps probably',
  chatting:
    'lol yeah yes ok okay oh well hey hi hello thanks please wow gonna wanna gotta kinda sorta stuff thing things guy guys something anything everything someone anyone everyone anyway actually basically literally',
  acting:
    'get got getting go going goes went gone make made makes making take took say said says know knew think thought see saw want need come came use used using try let put look find found give gave tell told keep feel felt seem seems',
} as const;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as Role[];

/** Number of a role, as in {@link roleOf}. */
export const roleNumber = (role: Role): number => ROLE_NAMES.indexOf(role) + 1;

/** FNV-1a over folded UTF-16 units: how all words are hashed. */
export function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ fold(word.charCodeAt(i)), 0x01000193);
  return hash | 0;
}

const SLOTS = 4096;
const keys = new Int32Array(SLOTS);
const roles = new Uint8Array(SLOTS);

for (const [at, role] of ROLE_NAMES.entries()) {
  for (const word of ROLES[role].split(' ')) {
    const hash = hashWord(word);
    let slot = hash & (SLOTS - 1);
    while (roles[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    if (roles[slot] !== 0) continue;
    keys[slot] = hash;
    roles[slot] = at + 1;
  }
}

/** @param hash of the folded word, as {@link hashWord} gives it @returns number of its role, 0 for words of content */
export function roleOf(hash: number): number {
  let slot = hash & (SLOTS - 1);
  while (roles[slot] !== 0) {
    if (keys[slot] === hash) return roles[slot]!;
    slot = (slot + 1) & (SLOTS - 1);
  }
  return 0;
}
