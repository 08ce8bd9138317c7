import { expect, test } from '@jest/globals';
import { calibrate } from '../../detectors/text/calibration.js';
import { balanceClasses, fitCalibration } from '../../training/calibrate.js';
import { chooseCuts, ENOUGH_HUMANS, type Judged, peopleCut, worstCut } from '../../training/cuts.js';
import { seeded } from '../../training/random.js';

/** Texts whose true llr is 2z - 1, from sources whose scores lie `shift` nats too high and too low in turn. */
function texts(n: number, shift: number) {
  const random = seeded(5);
  return Array.from({ length: n }, (_, i) => {
    const z = 4 * random() - 1.5;
    const source = `s${i % 8}`;
    const machine = random() < 1 / (1 + Math.exp(1 - 2 * z));
    return {
      scores: [z + (i % 2 === 0 ? shift : -shift) / 2],
      words: 20 + Math.floor(random() * 300),
      machine,
      source,
    };
  });
}

const weighed = (n: number, shift: number) => texts(n, shift).map((one) => ({ ...one, weight: 1 }));

test('the fit finds the map that made the data, at every length', () => {
  const all = weighed(40_000, 0);
  const calibration = fitCalibration(all, all);
  for (const words of [25, 80, 250]) {
    for (const z of [-0.5, 0.5, 1]) {
      // The limit bends large llrs; here they are small.
      expect(calibrate([z], words, calibration).llr).toBeCloseTo(7 * Math.tanh((2 * z - 1) / 7), 0);
    }
  }
  expect(calibration.betweenSources).toBeLessThan(0.2);
});

test('sources that lie apart widen the error of the llr', () => {
  const near = fitCalibration(weighed(8_000, 0), weighed(8_000, 0));
  const far = fitCalibration(weighed(8_000, 1.5), weighed(8_000, 1.5));
  expect(far.betweenSources).toBeGreaterThan(0.8);
  expect(calibrate([0.5], 100, far).error).toBeGreaterThan(calibrate([0.5], 100, near).error + 0.3);
});

test('both classes have the same mass within a band of length', () => {
  const some = balanceClasses(
    [1, 2, 3, 4].map((z) => ({ scores: [z], words: 100, machine: z === 1, source: 's' })),
    10,
  );
  expect(some.map(({ weight }) => weight).reduce((sum, w) => sum + w, 0)).toBeCloseTo(10, 9);
  expect(some[0]!.weight).toBeCloseTo(5, 9);
});

const judged = (
  source: string,
  n: number,
  llr: (i: number) => number,
  machine = false,
  words = 100,
): Judged[] => Array.from({ length: n }, (_, i) => ({ source, llr: llr(i), machine, words }));

test('the worst source sets the cut, and sources with few texts do not', () => {
  const all = [
    ...judged('mild', 1_000, (i) => i / 1_000),
    ...judged('hard', 1_000, (i) => i / 500),
    ...judged('few', ENOUGH_HUMANS - 1, () => 50),
  ];
  const { cut, setBy } = worstCut(all, 0.01);
  expect(setBy).toBe('hard');
  expect(cut).toBeCloseTo(1.98, 2);
  for (const name of ['mild', 'hard']) {
    const own = all.filter((one) => one.source === name);
    expect(own.filter(({ llr }) => llr >= cut).length / own.length).toBeLessThanOrEqual(0.01);
  }
});

test('a cut keeps its budget as a mean over sources, and four times of it in the hardest', () => {
  const sources = (hard: number): Judged[] => [
    ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].flatMap((name) => judged(name, 1_000, (i) => i / 1_000)),
    ...judged('hard', 1_000, (i) => (hard * i) / 1_000),
  ];
  const share = (all: readonly Judged[], cut: number, source: string): number => {
    const own = all.filter((one) => one.source === source);
    return own.filter(({ llr }) => llr >= cut).length / own.length;
  };
  const alike = peopleCut(sources(1), 0.01);
  expect(alike).toMatchObject({ setBy: 'mean over sources' });
  expect(alike.cut).toBeCloseTo(0.99, 2);
  const hard = sources(5);
  const { cut, setBy } = peopleCut(hard, 0.01);
  expect(setBy).toBe('hard');
  expect(share(hard, cut, 'hard')).toBeCloseTo(0.04, 3);
  expect(share(hard, cut, 'a')).toBe(0);
});

test('cuts come in order, and each keeps its budget', () => {
  const all = [
    ...judged('people', 2_000, (i) => -5 + i / 400),
    ...judged('machines', 2_000, (i) => -1 + i / 400, true),
    ...judged('brief', 2_000, (i) => -3 + i / 400, false, 20),
  ];
  const { policy, setBy } = chooseCuts(all);
  const { machine, leaning, overwhelming, noMachineSigns } = policy.cuts;
  expect(noMachineSigns).toBeLessThan(leaning!);
  expect(leaning).toBeLessThan(machine);
  expect(machine).toBeLessThanOrEqual(overwhelming);
  const share = (some: Judged[], passes: (llr: number) => boolean): number =>
    some.filter(({ llr }) => passes(llr)).length / some.length;
  const people = all.filter((one) => one.source === 'people');
  expect(share(people, (llr) => llr >= machine)).toBeLessThanOrEqual(0.01);
  expect(share(people, (llr) => llr >= leaning!)).toBeLessThanOrEqual(0.05);
  expect(
    share(
      all.filter((one) => one.machine),
      (llr) => llr <= noMachineSigns,
    ),
  ).toBeLessThanOrEqual(0.05);
  expect(setBy['machine']).toBe('mean over sources');
  expect(setBy['overwhelming']).toBe('brief');
});

test('of two scores the one that tells more is worth more, and one that repeats the other adds nothing', () => {
  const random = seeded(9);
  const some = Array.from({ length: 20_000 }, (_, i) => {
    const truth = 6 * random() - 3;
    const machine = random() < 1 / (1 + Math.exp(-truth));
    // The first score is the truth, the second a poor copy of it.
    return {
      scores: [truth, truth + 6 * (random() - 0.5)],
      words: 100,
      machine,
      source: `s${i % 5}`,
      weight: 1,
    };
  });
  const { slopes } = calibrate([1, 1], 100, fitCalibration(some, some));
  expect(slopes[0]).toBeGreaterThan(0.8);
  expect(slopes[1]).toBeLessThan(0.15);
});
