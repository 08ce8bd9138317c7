/** What was found about polished texts is what the reader of a verdict is told. */
import { expect, test } from '@jest/globals';
import { sentenceOf } from '../../detectors/sentences.js';
import { type AssistedStudy, assistedPart, readAssisted } from '../../training/report/assisted.js';

const study = readAssisted();
const { machine, machineOrLeaning, texts } = study.called.at(-1)!;

test('the reasons of the bands give the shares that were measured', () => {
  expect(texts).toBeGreaterThan(300);
  expect(sentenceOf('because.machine')).toContain('about half of such texts are called this');
  expect(machine).toBeGreaterThan(0.4);
  expect(machine).toBeLessThan(0.6);
  expect(sentenceOf('because.leaning')).toContain('About one in five of the texts');
  expect(machineOrLeaning - machine).toBeGreaterThan(0.14);
  expect(machineOrLeaning - machine).toBeLessThan(0.27);
});

test('there is no band for them as long as the rule does not hold on every source left out', () => {
  const kept = study.bySource.every(
    ({ precision, recall }) => (precision ?? 0) >= 0.8 && (recall ?? 0) >= 0.2,
  );
  expect(study.holds).toBe(kept);
  expect(study.holds).toBe(false);
});

test('the evaluation says which sources were left out, and what came of it', () => {
  const part = assistedPart(study);
  for (const { leftOut } of [...study.bySource, ...study.byDomain]) expect(part).toContain(`| ${leftOut} |`);
  expect(part).toContain('So no text is put in the band `assisted`');
  const none: AssistedStudy = {
    ...study,
    holds: true,
    byDomain: [{ ...study.byDomain[0]!, precision: null, againstMachine: { auroc: null } }],
  };
  expect(assistedPart(none)).toContain('a band of its own is possible');
  expect(assistedPart(none)).toContain('| – |');
});
