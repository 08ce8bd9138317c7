/**
 * Words and phrases that can stand for one another in most sentences, written for this repository: what a careful person changes
 * who wants a text to read differently and mean the same. Only words of one common sense, so that a swap seldom breaks a sentence.
 */

/** Words that do not change their form; the members of a group are split by slashes. */
const FIXED = `
important/significant, crucial/vital, essential/necessary, big/large, huge/enormous, small/little,
fast/quick, easy/simple, happy/glad, sad/unhappy, angry/furious, beautiful/lovely, smart/clever, strange/odd,
common/widespread, rare/uncommon, famous/well-known, rich/wealthy, dangerous/risky, useful/helpful,
correct/accurate, wrong/mistaken, entire/whole, different/distinct, various/several, complex/complicated,
effective/efficient, appropriate/suitable, primary/main, additional/extra, previous/earlier,
subsequent/later, initial/first, certain/sure, obvious/evident, likely/probable, excellent/superb,
terrible/awful, wonderful/marvellous, delicious/tasty, polite/courteous, comfortable/cosy, quiet/silent,
calm/peaceful, brave/courageous, tired/weary, pleasant/agreeable, annoying/irritating, boring/dull,
interesting/intriguing, amazing/astonishing, surprising/unexpected, careless/reckless, stubborn/obstinate,
lonely/isolated, weird/bizarre, incredible/unbelievable, tiny/minuscule, difficult/challenging,
numerous/countless, impossible/unattainable, fundamental/basic, innovative/inventive, relevant/pertinent,
robust/sturdy, seamless/smooth, valuable/precious, vivid/lively, wise/sensible, genuine/authentic,
gentle/tender, generous/giving, intricate/elaborate, adequate/acceptable, adverse/unfavourable, broad/wide,
precise/exact, prompt/swift, notable/noteworthy, overall/all in all, reliable/dependable, visible/noticeable,
sick/ill, scared/afraid, wet/damp, empty/vacant, modern/contemporary, cheap/inexpensive, expensive/costly,
severe/serious, harmful/damaging, global/worldwide, very/really, extremely/exceedingly, quickly/rapidly,
slowly/gradually, often/frequently, usually/generally, sometimes/occasionally, rarely/seldom,
always/invariably, maybe/perhaps, almost/nearly, mostly/mainly, especially/particularly, immediately/at once,
suddenly/all of a sudden, finally/eventually, recently/lately, currently/at present, previously/before,
approximately/roughly, completely/entirely, clearly/plainly, simply/merely, only/just, together/jointly,
significantly/considerably, greatly/vastly, effectively/efficiently, carefully/cautiously,
constantly/continually, partly/partially, briefly/in short, deeply/profoundly, strongly/firmly,
truly/genuinely, typically/as a rule, quietly/silently, happily/cheerfully, sadly/unfortunately,
luckily/fortunately, initially/to begin with, specifically/in particular, similarly/likewise,
instead of/rather than, even though/although, as long as/provided that, as soon as/the moment,
in the past/formerly, these days/nowadays, at the same time/simultaneously, more and more/increasingly,
at least/no less than, a great deal of/a lot of, the majority of/most of, a variety of/a range of,
the fact that/the circumstance that, is able to/can, are able to/can, has to/must, have to/must,
using/employing, loved/adored, bought/purchased, began to/started to, thought/believed,
got/received, kept/retained, told/informed, knew/was aware, built/constructed, grew/expanded,
led to/resulted in, showed/revealed, shown/revealed, shows/reveals, easily/readily, however/nevertheless,
therefore/thus, moreover/furthermore, additionally/in addition, consequently/as a result,
for example/for instance, in conclusion/to sum up, in order to/so as to, due to/because of,
in spite of/despite, as well as/along with, a lot of/plenty of, a number of/several, in general/on the whole,
in fact/indeed, of course/naturally, at first/initially, in the end/ultimately,
on the other hand/by contrast, in other words/that is to say, with regard to/regarding,
in terms of/as regards, although/though, while/whereas, until/till, among/amongst, toward/towards,
within/inside, throughout/all through, began/started, chose/picked, found/discovered, said/remarked,
saw/noticed, spoke/talked, understood/grasped, everyone/everybody, someone/somebody, nobody/no one,
children/kids
`;

/** Regular nouns, singular; the plural takes an s. */
const NOUNS = `
problem/issue, answer/response, idea/notion, goal/aim, result/outcome, benefit/advantage,
drawback/disadvantage, effect/impact, reason/cause, method/approach, example/instance, area/region,
job/occupation, task/assignment, mistake/error, chance/opportunity, area/zone, picture/image, house/home,
road/street, shop/store, trip/journey, meal/dish, movie/film, author/writer, student/pupil,
teacher/instructor, doctor/physician, friend/companion, boss/manager, customer/client, worker/employee,
enemy/opponent, expert/specialist, element/component, feature/characteristic, aspect/facet,
factor/consideration, challenge/difficulty, concept/idea, conflict/dispute, connection/link, creator/maker,
decision/choice, event/occurrence, rule/regulation, skill/ability, topic/subject, viewpoint/perspective,
illness/disease, injury/wound, fear/dread, struggle/fight, amount/quantity, section/part, purpose/objective,
situation/circumstance, tool/instrument, trend/tendency, achievement/accomplishment, ailment/complaint,
barrier/obstacle, belief/conviction, benefit/gain, border/boundary, building/structure, career/profession,
category/class, citizen/resident, competitor/rival, consequence/result, crowd/throng, custom/tradition,
danger/hazard, detail/particular, disaster/catastrophe, duty/obligation, emotion/feeling, error/slip,
framework/structure, guideline/recommendation, habit/routine, insight/understanding, journey/voyage,
law/statute, lawyer/attorney, memory/recollection, novel/book, option/alternative, organization/institution,
painting/picture, phase/stage, plan/scheme, principle/tenet, procedure/process, researcher/scientist,
resident/inhabitant, scenario/situation, strategy/plan, stranger/outsider, suggestion/proposal,
summary/overview, technique/method, threat/menace, victim/casualty, vehicle/car
`;

/** Regular verbs that double no letter, in the base form. */
const VERBS = `
help/assist, need/require, want/desire, try/attempt, start/commence, finish/complete, answer/reply,
explain/clarify, demonstrate/illustrate, improve/enhance, reduce/lessen, create/produce, allow/enable,
ensure/guarantee, achieve/attain, obtain/acquire, receive/collect, discover/uncover, examine/inspect,
consider/contemplate, evaluate/assess, observe/notice, believe/suppose, suggest/propose, discuss/debate,
damage/harm, destroy/ruin, repair/mend, gather/collect, remove/eliminate, replace/substitute,
include/contain, involve/entail, develop/evolve, expand/extend, appear/seem, remain/stay, move/shift,
walk/stroll, watch/observe, shout/yell, laugh/chuckle, hate/detest, hope/wish, live/reside, push/shove,
climb/ascend, analyse/examine, encourage/urge, maintain/preserve, perform/execute, recognize/identify,
respond/reply, accelerate/hasten, accept/embrace, accomplish/achieve, accuse/blame, admire/respect,
amaze/astonish, combine/merge, conduct/perform, confuse/puzzle, construct/assemble, criticize/condemn,
decrease/diminish, deliver/convey, depict/portray, describe/characterize, employ/hire, emerge/surface,
enhance/strengthen, facilitate/ease, foster/nurture, generate/produce, hinder/impede, imagine/picture,
implement/introduce, investigate/explore, join/connect, loathe/despise, navigate/steer, overlook/ignore,
permit/allow, predict/anticipate, prevent/avert, prove/confirm, reveal/disclose, save/rescue, search/hunt,
solve/resolve, struggle/wrestle, terrify/alarm, underscore/underline, wander/roam
`;

const pairs = (table: string): string[][] =>
  table
    .trim()
    .split(/,\s/)
    .map((group) => group.split('/'));

/** Third person of a verb, plural of a noun. */
function withS(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|sh|ch|x|z)$/.test(word) ? `${word}es` : `${word}s`;
}

/** Base form, third person, past and -ing of a regular verb that doubles no letter. */
function conjugate(verb: string): string[] {
  const past = /[^aeiou]y$/.test(verb)
    ? `${verb.slice(0, -1)}ied`
    : verb.endsWith('e')
      ? `${verb}d`
      : `${verb}ed`;
  return [verb, withS(verb), past, `${verb.replace(/e$/, '')}ing`];
}

function groups(): string[][] {
  const all = pairs(FIXED);
  const inflected = (table: string, forms: (word: string) => string[]): void => {
    for (const pair of pairs(table)) {
      const columns = pair.map(forms);
      for (const i of columns[0]!.keys()) all.push(columns.map((column) => column[i]!));
    }
  };
  inflected(NOUNS, (noun) => [noun, withS(noun)]);
  inflected(VERBS, conjugate);
  return all;
}

/** What may stand for a lower-cased word or phrase. */
export const SYNONYMS: ReadonlyMap<string, readonly string[]> = (() => {
  const table = new Map<string, string[]>();
  for (const group of groups()) {
    for (const word of group) {
      const others = group.filter((other) => other !== word);
      table.set(word, [...new Set([...(table.get(word) ?? []), ...others])]);
    }
  }
  return table;
})();
