/** The report of a replay, as it is printed. */
import type { Share } from '../../streams/replay/comparison.js';
import type { ReplayState } from '../../streams/replay/replay.js';

const rounded = (value: number): number => Number(value.toPrecision(4));

const shareOut = ({ compared, changed, moves }: Share) => ({
  compared,
  changed,
  changedShare: compared === 0 ? 0 : rounded(changed / compared),
  moves,
});

/** Plain JSON: what was asked, what changed, and where. */
export function replayReport(state: ReplayState) {
  const { comparison: found } = state;
  const slices = Object.entries(found.slices).map(([name, values]) => [
    name,
    Object.fromEntries(Object.entries(values).map(([value, share]) => [value, shareOut(share)])),
  ]);
  return {
    runId: state.runId,
    from: new Date(state.fromMs).toISOString(),
    to: new Date(state.toMs).toISOString(),
    tenants: state.tenants,
    detector: state.detectorSet,
    promoted: state.promote
      ? {
          verdicts: found.promoted,
          overtaken: found.overtaken,
          unchangedEvidence: found.unchangedEvidence,
        }
      : null,
    items: state.items,
    withoutText: found.withoutText,
    failed: found.failed,
    failedIds: found.failedIds,
    ...shareOut(found),
    llrDifference: {
      mean: found.compared === 0 ? 0 : rounded(found.llrDifference.sum / found.compared),
      largest: rounded(found.llrDifference.largest),
    },
    slices: Object.fromEntries(slices) as Record<string, Record<string, ReturnType<typeof shareOut>>>,
    examples: found.examples,
  };
}
