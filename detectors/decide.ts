/**
 * The decision: evidence, findings, prior and policy become a band with its reasons. Pure: the same input gives the same decision
 * today, in a replay, and in an appeal. The cuts lie on the llr, so that a prior moves the probability and never the band.
 */
import type { EvidenceSymbol, Judgement } from '../schemas/evidence.js';
import type { Finding } from '../schemas/finding.js';
import type { Band, BandPolicy, Decision } from '../schemas/verdict.js';

/** Name of the symbol that says a text is no prose. */
export const NOT_PROSE = 'text.not_prose';

type Judged = Pick<Judgement, 'words' | 'languageCovered' | 'llr' | 'llrError' | 'symbols'>;

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

const findingReason = (finding: Finding): EvidenceSymbol => ({
  name: `finding.${finding.kind}`,
  contribution: finding.effect,
  sentence: finding.sentence,
  ...(finding.values === undefined ? {} : { values: finding.values }),
});

/** Strongest first; equal ones by name, so that the order never depends on who counted first. */
const byWeight = (a: EvidenceSymbol, b: EvidenceSymbol): number =>
  Math.abs(b.contribution) - Math.abs(a.contribution) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Band, and the key of the sentence that says why. */
function bandOf(
  judged: Judged,
  llr: number,
  grouped: boolean,
  { cuts, minWords }: BandPolicy,
): [Band, string] {
  const overwhelming = llr >= cuts.overwhelming;
  if (judged.words === 0) return ['insufficient', 'because.empty'];
  if (grouped && overwhelming) return ['machine', 'because.findings'];
  if (judged.symbols.some((symbol) => symbol.name === NOT_PROSE))
    return ['insufficient', 'because.not_prose'];
  if (!judged.languageCovered) return ['insufficient', 'because.language'];
  if (judged.words < minWords)
    return overwhelming ? ['machine', 'because.machine_short'] : ['insufficient', 'because.short'];
  if (llr >= cuts.machine) return ['machine', grouped ? 'because.findings' : 'because.machine'];
  if (llr <= cuts.noMachineSigns) return ['no_machine_signs', 'because.no_machine_signs'];
  return ['uncertain', llr >= (cuts.leaning ?? cuts.machine) ? 'because.leaning' : 'because.uncertain'];
}

/**
 * @param judgement what the detectors say of the text, or the evidence that holds it
 * @param findings about groups the item belongs to; withdrawn ones have no effect
 * @param prior probability of machine authorship before the text was read, in (0, 1)
 * @param policy cuts and budget from the model's card
 */
export function decide(
  judgement: Judged,
  findings: readonly Finding[],
  prior: number,
  policy: BandPolicy,
): Decision {
  const counted = findings.filter((finding) => finding.withdrawn !== true && finding.effect !== 0);
  const llr = counted.reduce((sum, finding) => sum + finding.effect, judgement.llr);
  const [, alone] = bandOf(judgement, judgement.llr, false, policy);
  const calledAlone = alone === 'because.machine' || alone === 'because.machine_short';
  const grouped = counted.length > 0 && !calledAlone;
  const [band, because] = bandOf(judgement, llr, grouped, policy);
  const odds = Math.log(prior / (1 - prior)) + llr;
  const margin = 1.96 * judgement.llrError;
  return {
    band,
    probability: sigmoid(odds),
    interval: [sigmoid(odds - margin), sigmoid(odds + margin)],
    prior,
    llr,
    budget: band === 'machine' ? budgetOf(policy, because === 'because.findings' ? counted : []) : null,
    reasons: [...judgement.symbols, ...counted.map(findingReason)].sort(byWeight),
    because,
  };
}

/** Where findings made the difference, their false-discovery rate is part of the price. */
function budgetOf(policy: BandPolicy, findings: readonly Finding[]): BandPolicy['budget'] {
  const rates = findings.map((finding) => finding.falseDiscoveryRate);
  if (rates.length === 0) return { ...policy.budget };
  return {
    falseAlarmRate: Math.max(policy.budget.falseAlarmRate, ...rates),
    slice: `${policy.budget.slice}; group evidence at its false-discovery rate`,
  };
}
