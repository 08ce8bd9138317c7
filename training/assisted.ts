/**
 * Can texts that a person wrote and a model polished be told from texts of either kind? `node scripts/run.js training/assisted.ts`
 * asks that of the shipped models, on texts they have not learnt from, and writes training/assisted.json. A band of its own needs a
 * rule that keeps its precision on every source that was left out when it was made; otherwise no such claim is made, and the wording
 * of the bands says so.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalise } from '../detectors/canonical/canonicalise.js';
import { modelFolder } from '../detectors/model-folder.js';
import { type Described, describeTexts, FEATURE_NAMES } from './assisted-features.js';
import { dataFolder, readLines } from './corpus.js';
import { fitDense } from './dense-logistic.js';
import { auroc, shareAbove } from './metrics.js';
import { log } from './study.js';

const MIN_WORDS = 50;
/** What a rule has to keep on every source left out: of the texts it calls polished, with the three kinds equally common. */
const PRECISION = 0.8;
/** And so many of the polished texts it has to find, to be worth a band. */
const RECALL = 0.2;

type Label = 'human' | 'machine' | 'polished';
type Text = Described & { label: Label; source: string; domain: string };

/** Sources with polished texts, and those of the same kinds of text by people and by machines. */
const SOURCES = new Set(['hppt', 'imbd', 'imbd-train', 'fast-detect-gpt', 'raidar']);
/** `raidar` stands beside `hppt`: abstracts of papers. */
const wanted = (source: string, domain: string): boolean =>
  SOURCES.has(source) && (source !== 'raidar' || domain === 'abstract');

async function readTexts(): Promise<Text[]> {
  const lines = [...readLines(dataFolder())].filter(
    ({ lang, split, label, source, domain }) =>
      lang === 'en' && label !== null && (split === 'valid' || split === 'calib') && wanted(source, domain),
  );
  const canonical = lines.map(({ text }) => canonicalise(text, { kind: 'post' }).text);
  const { described } = await describeTexts(canonical, (done) => log(`${done} of ${lines.length} read`));
  const labels: Record<string, Label> = { human: 'human', ai: 'machine', mixed: 'polished' };
  return lines
    .map(({ label, source, domain }, i) => ({ ...described[i]!, label: labels[label!]!, source, domain }))
    .filter(({ words }) => words >= MIN_WORDS);
}

const of = (texts: readonly Text[], label: Label): Text[] => texts.filter((text) => text.label === label);

/** Log-odds that a text is polished, against whichever of the other kinds it is more like. */
function ruleFrom(texts: readonly Text[]): (text: Text) => number {
  const against = (other: Label) =>
    fitDense(
      [...of(texts, 'polished'), ...of(texts, other)].map(({ features, label }) => ({
        features,
        yes: label === 'polished',
      })),
    );
  const [machine, human] = [against('machine'), against('human')];
  return ({ features }) => Math.min(machine(features), human(features));
}

/** Of what a cut calls polished, how much is, and how much of the polished it finds; the three kinds equally common. */
function atCut(texts: readonly Text[], score: (text: Text) => number, cut: number) {
  const share = (label: Label): number => shareAbove(of(texts, label).map(score), cut);
  const [polished, machine, human] = [share('polished'), share('machine'), share('human')];
  const called = polished + machine + human;
  return { precision: called === 0 ? null : polished / called, recall: polished };
}

/** The lowest cut with the precision wanted, on the texts the rule was made from. */
function cutOf(texts: readonly Text[], score: (text: Text) => number): number {
  const cuts = of(texts, 'polished').map(score);
  const kept = cuts.filter((cut) => (atCut(texts, score, cut).precision ?? 0) >= PRECISION);
  return kept.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...kept);
}

const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(4)));

function apart(texts: readonly Text[], other: Label, score: (text: Text) => number): number | null {
  const some = [...of(texts, 'polished'), ...of(texts, other)];
  const area = auroc(
    some.map(score),
    some.map(({ label }) => label === 'polished'),
  );
  return Number.isFinite(area) ? rounded(area) : null;
}

function leaveOut(
  all: readonly Text[],
  name: string,
  learn: (t: Text) => boolean,
  test: (t: Text) => boolean,
) {
  const known = all.filter(learn);
  const left = all.filter(test);
  const rule = ruleFrom(known);
  const found = atCut(left, rule, cutOf(known, rule));
  const vs = (other: Label) =>
    fitDense(
      [...of(known, 'polished'), ...of(known, other)].map(({ features, label }) => ({
        features,
        yes: label === 'polished',
      })),
    );
  const [machine, human] = [vs('machine'), vs('human')];
  const result = {
    leftOut: name,
    texts: Object.fromEntries(
      (['polished', 'machine', 'human'] as const).map((label) => [label, of(left, label).length]),
    ),
    againstMachine: {
      auroc: apart(left, 'machine', ({ features }) => machine(features)),
      ofLlrAlone: apart(left, 'machine', ({ llr }) => -llr),
    },
    againstHuman: {
      auroc: apart(left, 'human', ({ features }) => human(features)),
      ofLlrAlone: apart(left, 'human', ({ llr }) => llr),
    },
    precision: rounded(found.precision),
    recall: rounded(found.recall),
  };
  log(JSON.stringify(result));
  return result;
}

const texts = await readTexts();
log(`${texts.length} texts of ${MIN_WORDS} words and more`);
const PAPERS = new Set(['hppt', 'raidar']);
const papers = ({ source }: Text): boolean => PAPERS.has(source);
const others = (text: Text): boolean => !papers(text);
const small = ({ source, label }: Text): boolean =>
  source === 'imbd-train' || (source === 'imbd' && label === 'machine');
const large = ({ source }: Text): boolean => source === 'imbd' || source === 'fast-detect-gpt';
const bySource = [
  leaveOut(texts, 'hppt', others, papers),
  leaveOut(texts, 'imbd', papers, large),
  leaveOut(texts, 'imbd-train', papers, small),
];
// The easier question: the same makers of texts, another kind of text.
const byDomain = ['news', 'story', 'wiki'].map((domain) =>
  leaveOut(
    texts,
    `imbd, ${domain}`,
    (text) => large(text) && text.domain !== domain,
    (text) => large(text) && text.domain === domain,
  ),
);
const { card } = await describeTexts([], () => {});
const { machine, leaning, noMachineSigns } = card.policy.cuts;
const called = ['hppt', 'imbd', 'imbd-train', null].map((source) => {
  const own = of(texts, 'polished').filter((text) => source === null || text.source === source);
  const share = (test: (llr: number) => boolean): number =>
    rounded(own.filter(({ llr }) => test(llr)).length / own.length)!;
  return {
    source: source ?? 'all',
    texts: own.length,
    machine: share((llr) => llr >= machine),
    machineOrLeaning: share((llr) => llr >= (leaning ?? machine)),
    noMachineSigns: share((llr) => llr <= noMachineSigns),
  };
});
const holds = bySource.every(
  ({ precision, recall }) => (precision ?? 0) >= PRECISION && (recall ?? 0) >= RECALL,
);
const report = {
  question: 'Can a text that a person wrote and a model polished be told from texts of either kind?',
  encoder: card.weights.sha256,
  rule: `A band of its own needs, on every source left out, a precision of ${PRECISION} or more (three kinds equally common) and a recall of ${RECALL} or more, at the cut that has that precision on the other sources.`,
  holds,
  features: FEATURE_NAMES,
  bySource,
  byDomain,
  called,
};
const file = join(modelFolder(), '..', 'training', 'assisted.json');
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
log(`the rule ${holds ? 'holds' : 'does not hold'}; ${JSON.stringify(called.at(-1))}`);
