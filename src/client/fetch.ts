/** How the verifier reaches out, when it may: one bounded GET without redirects, and a place to keep what it got. */

export type Fetch = (
  url: string,
  init: { redirect: 'error'; signal: AbortSignal; headers: Record<string, string> },
) => Promise<Response>;

/** Kept texts (discovery documents, status lists) by URL, so that a restart or another worker need not fetch; optional. */
export interface VerifierCache {
  get(url: string): Promise<string | null | undefined>;
  set(url: string, text: string): Promise<void>;
}

const TIMEOUT_MS = 5_000;

/** The body of a 200 of at most `limit` bytes, or null: whatever goes wrong outside is "not reachable". */
export async function fetchText(fetch: Fetch, url: string, limit: number): Promise<string | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { redirect: 'error', signal, headers: { accept: '*/*' } });
    if (response.status !== 200 || response.body === null) return null;
    const bytes = await readBounded(response.body, limit);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  } catch {
    return null;
  }
}

/** All bytes of a stream, or null as soon as there are more than `limit`. */
export async function readBounded(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A cache that fails (a full disk, a quota) costs a fetch, never a verification. */
export function sheltered(cache: VerifierCache | undefined): VerifierCache | undefined {
  if (cache === undefined) return undefined;
  return {
    get: async (url) => {
      try {
        return await cache.get(url);
      } catch {
        return null;
      }
    },
    set: async (url, text) => {
      try {
        await cache.set(url, text);
      } catch {
        // What was not kept is fetched again.
      }
    },
  };
}
