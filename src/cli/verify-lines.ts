/**
 * What `assay verify --jsonl` does with a line: `{id, token, text | html, platform, author}` in, the verifier's result
 * with the id out. Lines come from strangers, so a member of the wrong type is no error of the caller: it is a token
 * that is malformed, a text or an author that was not given, a platform that is not the token's.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import type { Found, Verifier, VerifierCache } from '../client/html.js';
import { readKept } from '../client/node-cache.js';
import { textOf } from '../client/place.js';
import { type CheckedResult, Holders } from '../client/reuse.js';
import type { Io } from './io.js';
import { type LineName, nameOf } from './lines.js';

export type LineAnswer = LineName & (CheckedResult | { error: { code: string; message: string } });

/** Answers lines in their order; remembers token ids, so that one id in two tokens is seen. */
export class LineVerifier {
  private readonly holders = new Holders();

  constructor(private readonly verifier: Verifier) {}

  /** @param line counted from 1; what a line without an id is called by */
  async answer(bytes: Uint8Array, line: number): Promise<LineAnswer> {
    let name: LineName = { line };
    try {
      const given = parseJson(bytes);
      if (typeof given !== 'object' || given === null || Array.isArray(given)) {
        throw new AssayError(
          'request.invalid',
          'expected an object {id, token, text | html, platform, author}',
        );
      }
      name = nameOf(given, line);
      const { token: found, ...place } = given as Record<string, unknown>;
      const token = typeof found === 'string' ? found : '';
      const result = await this.verifier.verify(token, placeOf(place));
      return { ...name, ...this.holders.check(JSON.stringify(name), token, result) };
    } catch (error) {
      if (!(error instanceof AssayError) || error.code === 'config.invalid') throw error;
      return { ...name, error: { code: error.code, message: error.message } };
    }
  }
}

function placeOf({ text, html, facets, platform, author }: Record<string, unknown>): Found {
  const found: Found = textOf({ text, html, facets });
  if (platform !== undefined && platform !== null)
    found.platform = typeof platform === 'string' ? platform : '';
  const name = typeof author === 'object' && author !== null ? (author as { id?: unknown }).id : author;
  if (typeof name === 'string') found.author = name;
  return found;
}

/** A list that cannot be read costs its tokens their status, and is no reason to stop: it is told on standard error. */
export const complaintsTo =
  (io: Pick<Io, 'err'>, asJson: boolean) =>
  (error: Error): void => {
    const { message } = error;
    const code = error instanceof AssayError ? error.code : 'request.invalid';
    io.err.write(
      asJson ? `${JSON.stringify({ error: { code, message } })}\n` : `assay: ${message} (${code})\n`,
    );
  };

/** The file of a status list in a folder of lists. */
export const listFile = (uri: string): string => `${createHash('sha256').update(uri).digest('hex')}.jwt`;

/**
 * Status lists as files, one for each uri; one that is missing is simply not known.
 * @param onError told once of a file that cannot be read or is longer than a list may be; its tokens have no status then
 */
export function statusFolder(
  folder: string,
  onError: (error: Error) => void = () => undefined,
): VerifierCache {
  const told = new Set<string>();
  return {
    async get(uri) {
      try {
        return await readKept(join(folder, listFile(uri)));
      } catch (error) {
        if (!told.has(uri)) onError(error as Error);
        told.add(uri);
        return null;
      }
    },
    async set() {},
  };
}
