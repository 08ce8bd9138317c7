/**
 * Which letters look like which Latin letters. Drawn from the confusables of Unicode Technical Standard 39 (version 15,
 * single letters whose skeleton is one ASCII letter, "rn" read as m), plus small capitals and the faux-Cyrillic letters
 * that homoglyph tools use. Real words of these scripts are told apart in fold-scripts.ts, not here.
 */

/** Latin-script letters that stand for an ASCII one: small capitals, phonetic letters. */
const LATIN: Record<string, string> = {
  B: 'Ꞵ',
  F: 'Ꞙ',
  I: 'Ɩ',
  J: 'Ʝ',
  R: 'Ʀ',
  X: 'Ꭓ',
  a: 'ɑᴀ',
  b: 'Ƅʙ',
  c: 'ᴄ',
  d: 'ᴅ',
  e: 'ꬲᴇ',
  f: 'ꬵꞙẝꜰ',
  g: 'ɡᶃƍɢ',
  h: 'ʜ',
  i: 'ɪɩ',
  j: 'ᴊ',
  k: 'ᴋ',
  l: 'ʟ',
  m: 'ᴍ',
  n: 'ɴ',
  o: 'ᴏᴑꬽ',
  p: 'ᴘ',
  q: 'ǫ',
  r: 'ꭇꭈ',
  s: 'ꜱƽ',
  t: 'ᴛ',
  u: 'ꞟᴜꭎꭒʋ',
  v: 'ᴠ',
  w: 'ɯᴡ',
  y: 'ɣᶌʏỿꭚ',
  z: 'ᴢ',
};

/** Letters of other scripts that are hard to tell from a Latin letter (UTS #39). */
const STRICT: Record<string, string> = {
  A: 'ΑАᎪᗅꓮ𖽀𐊠',
  B: 'ΒВᏴᗷꓐ𐊂𐊡𐌁',
  C: 'ⲤСᏟꓚ𐊢𐌂𐐕𐔜Ϲ',
  D: 'Ꭰᗞᗪꓓ',
  E: 'ΕЕⴹᎬꓰ𑢦𑢮𐊆',
  F: 'Ϝᖴꓝ𑣂𑢢𐊇𐊥𐔥',
  G: 'ԌᏀᏳꓖ',
  H: 'ΗⲎНᎻᕼꓧ𐋏',
  I: 'ΙⲒІӀᛁꓲ',
  J: 'ͿЈᎫᒍꓙ',
  K: 'ΚⲔКᏦᛕꓗ𐔘',
  L: 'ⳐᏞᒪꓡ𖼖𑢣𑢲𐐛𐔦',
  M: 'ΜϺⲘМᎷᗰᛖꓟ𐊰𐌑',
  N: 'ΝⲚꓠ𐔓',
  O: 'ΟⲞОՕⵔዐଠ𐓂ꓳ𑢵𐊒𐊫𐐄𐔖',
  P: 'ΡⲢРᏢᑭꓑ𐊕',
  Q: 'ⵕ',
  R: 'ᎡᏒ𐒴ᖇꓣ𖼵',
  S: 'ЅՏᏕᏚꓢ𖼺𐊖𐐠',
  T: 'ΤⲦТᎢꓔ𖼊𑢼𐊗𐊱𐌕',
  U: 'Սሀ𐓎ᑌꓴ𖽂𑢸',
  V: 'ѴⴸᏙᐯꛟꓦ𖼈𑢠𐔝',
  W: 'ԜᎳᏔꓪ',
  X: 'ΧⲬХⵝᚷꓫ𐊐𐊴𐌗𐔧',
  Y: 'ΥⲨУҮᎩᎽꓬ𖽃𑢤𐊲',
  Z: 'ΖᏃꓜ𑢩',
  a: 'αа',
  b: 'ЬᏏᑲᖯ',
  c: 'ⲥсꮯ𐐽ϲҫ',
  d: 'ԁᏧᑯꓒ',
  e: 'еҽҿ',
  f: 'ք',
  g: 'ց',
  h: 'һհᏂ',
  i: 'ιіꙇӏꭵᎥ𑣃',
  j: 'ϳј',
  k: 'κ',
  l: 'וןاߊⵏ𖼨𐊊𐌉',
  m: '𑜀',
  n: 'ոռ',
  o: 'οσⲟоჿօסهھہەഠဝ𐓪𑣈𑣗𐐬',
  p: 'ρⲣр',
  q: 'ԛգզ',
  r: 'ᴦⲅгꮁ',
  s: 'ѕꮪ𑣁𐑈',
  t: 'τ',
  u: 'υս𐓶𑣘',
  v: 'νѵט𑜆ꮩ𑣀ѷ',
  w: 'ѡԝա𑜊𑜎𑜏ꮃ',
  x: 'хᕁᕽχ',
  y: 'γуүყ𑣜',
  z: 'ꮓ𑣄',
};

/** Only similar: folded inside a word that also has Latin letters, never on their own. */
const LOOSE: Record<string, string> = {
  A: 'ΛД',
  E: 'ЄΣ',
  N: 'И',
  R: 'Я',
  b: 'вьъβ',
  e: 'єε',
  f: 'ғ',
  h: 'нћђ',
  k: 'к',
  m: 'м',
  n: 'пη',
  r: 'я',
  t: 'т',
  u: 'ц',
  w: 'ωш',
};

const invert = (table: Record<string, string>): [string, string][] =>
  Object.entries(table).flatMap(([latin, looks]) =>
    [...looks].map((look): [string, string] => [look, latin]),
  );

/** Letter → ASCII letter, where the two cannot be told apart by eye. */
export const LOOKS_SAME: ReadonlyMap<string, string> = new Map(invert(STRICT));

/** Letter → ASCII letter, for letters inside words that mix scripts. */
export const LOOKS_SIMILAR: ReadonlyMap<string, string> = new Map([...invert(STRICT), ...invert(LOOSE)]);

/** Latin-script look-alikes: small capitals and phonetic letters → ASCII letter. */
export const LATIN_LOOKS: ReadonlyMap<string, string> = new Map(invert(LATIN));
