/** Verifies a token against the text and account it was found with: one, or a batch. An invalid token is an answer, no error. */
import { z } from 'zod';
import { FilterPolicy, VerifyRequest, VerifyResult } from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { problemOf } from '../../schemas/problem.js';
import type { AttestContext } from '../attest/issuer.js';
import { Holders } from '../client/reuse.js';
import { defineEndpoint, type Line } from './endpoint.js';

const Request = VerifyRequest.extend({
  policy: FilterPolicy.partial()
    .optional()
    .describe('What is left out is as in the named filters, with minHal 0'),
}).meta({ id: 'VerifyRequestWithPolicy' });
type Request = z.infer<typeof Request>;

const verifyOne = ({ issuer }: AttestContext, { token, ...found }: Request) =>
  issuer.verifier.verify(token, found);

/** A token nobody issued, for the examples. */
const FOREIGN = 'eyJhbGciOiJub25lIn0.e30.AA';

const verify = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/verify',
  access: 'public',
  cors: true,
  tag: 'Attestation',
  summary: 'Verify an attestation',
  description: 'An invalid token is `200 {valid: false}` with one code for each check that failed.',
  body: Request,
  responses: { 200: { description: 'What the token proves for this text and author', schema: VerifyResult } },
  examples: [
    {
      summary: 'Not a token of this issuer',
      body: { token: FOREIGN, text: 'I wrote this.', platform: 'forum', author: '4711' },
      status: 200,
    },
  ],
  async handle(context, { body }) {
    return { status: 200, body: await verifyOne(context, body) };
  },
});

const BatchLine = VerifyResult.extend({
  line: z.int(),
  id: z.string().optional(),
  reused: z
    .boolean()
    .describe(
      'The same token held on an earlier line with another id; another token under its jti is `token.reused`',
    ),
}).meta({ id: 'VerifyBatchLine' });

/** Answers in input order; of several tokens with one id only the first holds. */
async function verifyLines(context: AttestContext, lines: readonly Line<Request>[]) {
  const holders = new Holders();
  const results = await Promise.all(
    lines.map(async (each) => ('error' in each ? null : verifyOne(context, each.body))),
  );
  return lines.map((each, index) => {
    const result = results[index];
    if ('error' in each || !result) {
      return { line: each.line, error: problemOf('error' in each ? each.error : undefined) };
    }
    const { id, token } = each.body;
    return {
      line: each.line,
      ...(id === undefined ? {} : { id }),
      ...holders.check(id ?? `line ${each.line}`, token, result),
    };
  });
}

const ndjson = (lines: readonly object[]) => ({
  status: 200,
  raw: {
    mediaType: 'application/x-ndjson',
    content: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  },
});

const verifyBatch = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/verify/batch',
  access: 'read',
  tag: 'Attestation',
  summary: 'Verify up to 1,000 attestations',
  description:
    'One request per line, one answer per line in the same order; a bad line is an answer with `error`.',
  body: Request,
  bodyLimit: LIMITS.batchBodyBytes,
  responses: {
    200: { description: 'One line per request', schema: BatchLine, mediaType: 'application/x-ndjson' },
  },
  examples: [
    {
      summary: 'Two tokens',
      lines: [
        { id: 'a', token: FOREIGN, text: 'One.', platform: 'forum', author: '1' },
        { id: 'b', token: FOREIGN, text: 'Two.', platform: 'forum', author: '2' },
      ],
      status: 200,
    },
  ],
  async batch(context, { body }) {
    return ndjson(await verifyLines(context, body));
  },
  async handle(context, { body }) {
    return ndjson(await verifyLines(context, [{ line: 1, body }]));
  },
});

export const attestVerify = [verify, verifyBatch];
