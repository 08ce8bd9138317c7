/**
 * Labels that models which had not seen the source contradict: confident learning (Northcutt, Jiang, Chuang 2021, section 3.1). A
 * text is listed when it looks like the other class at least as much as that class does on average. Some labels are wrong; others are
 * right and the text is hard, so nothing is dropped by this list alone. Pure.
 */
import { by, type Outcome } from './outcome.js';

export interface Contradicted {
  id: string;
  source: string;
  /** What the data says. */
  machine: boolean;
  llr: number;
}

export interface ContradictedSource {
  source: string;
  people: { n: number; contradicted: number };
  machines: { n: number; contradicted: number };
}

const probability = (llr: number): number => 1 / (1 + Math.exp(-llr));

/** @returns listed texts, the strongest contradiction first */
export function contradicted(outcomes: readonly Outcome[]): Contradicted[] {
  /** How sure one may be of a class: mean probability of it over the texts labelled so. */
  const sure = (machine: boolean): number => {
    const some = outcomes.filter(({ row }) => row.machine === machine);
    return some.reduce((sum, { llr }) => sum + probability(machine ? llr : -llr), 0) / some.length;
  };
  const needed = { machine: sure(true), human: sure(false) };
  return outcomes
    .filter(({ row, llr }) =>
      row.machine ? probability(-llr) >= needed.human : probability(llr) >= needed.machine,
    )
    .map(({ row: { id, source, machine }, llr }) => ({
      id,
      source,
      machine,
      llr: Number(llr.toFixed(3)),
    }))
    .sort((a, b) => Math.abs(b.llr) - Math.abs(a.llr) || (a.id < b.id ? -1 : 1));
}

/** Counts per source, the greatest share first. @param outcomes all texts that could have been listed */
export function countBySource(
  outcomes: readonly Outcome[],
  listed: readonly Contradicted[],
): ContradictedSource[] {
  const ids = new Set(listed.map(({ id }) => id));
  const count = (some: readonly Outcome[]): { n: number; contradicted: number } => ({
    n: some.length,
    contradicted: some.filter(({ row }) => ids.has(row.id)).length,
  });
  const share = ({ people, machines }: ContradictedSource): number =>
    (people.contradicted + machines.contradicted) / (people.n + machines.n);
  return by(outcomes, ({ row }) => row.source)
    .map(([source, some]) => ({
      source,
      people: count(some.filter(({ row }) => !row.machine)),
      machines: count(some.filter(({ row }) => row.machine)),
    }))
    .sort((a, b) => share(b) - share(a));
}
