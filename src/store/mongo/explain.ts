/** Reads a server's explanation of a query: does it walk the index that was named, and nothing else? */

/** Stages that look at every document, or sort what no index has sorted. */
const FORBIDDEN = new Set(['COLLSCAN', 'SORT']);

/** Stages that fetch by primary key, some of them without naming its index. */
const BY_ID = new Set(['IDHACK', 'EXPRESS_IXSCAN', 'CLUSTERED_IXSCAN']);

interface Stage {
  stage: string;
  indexName?: string;
}

function* stages(node: unknown): Generator<Stage> {
  if (typeof node !== 'object' || node === null) return;
  if ('stage' in node && typeof node.stage === 'string') yield node as Stage;
  for (const child of Object.values(node)) yield* stages(child);
}

/**
 * @param explained the reply to `explain` (verbosity queryPlanner), of any server version
 * @param index name of the index as MongoDB has it (`_id_` for the primary key)
 */
export function readExplain(explained: unknown, index: string): { usesIndex: boolean; plan: string } {
  const winning = (explained as { queryPlanner?: { winningPlan?: unknown } }).queryPlanner?.winningPlan;
  const walked = [...stages(winning)];
  const reads = walked.filter(({ stage, indexName }) => indexName !== undefined || BY_ID.has(stage));
  const usesIndex =
    reads.length > 0 &&
    reads.every(({ indexName }) => (indexName ?? '_id_') === index) &&
    !walked.some(({ stage }) => FORBIDDEN.has(stage));
  const plan = walked
    .map(({ stage, indexName }) => (indexName ? `${stage} ${indexName}` : stage))
    .join(' < ');
  return { usesIndex, plan };
}
