/**
 * Takes texts in over HTTP: posts (with their edits and deletions) and e-mails, one as JSON or up to 1,000 as NDJSON.
 * `202` means that they lie on the log for good; the verdict follows under the item id that is answered.
 */
import { z } from 'zod';
import { Email } from '../../schemas/email.js';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { Post, PostDeletion } from '../../schemas/post.js';
import { Problem, problemOf } from '../../schemas/problem.js';
import type { Taken } from '../../streams/intake.js';
import type { ApiContext } from './context.js';
import { type Call, defineEndpoint, type Line, type Reply } from './endpoint.js';
import {
  EXAMPLE_DELETION,
  EXAMPLE_EDIT,
  EXAMPLE_EMAIL,
  EXAMPLE_HTML_POST,
  EXAMPLE_POST,
} from './intake-examples.js';

type IntakeContext = Pick<ApiContext, 'intake'>;

const ItemId = z.string().describe('Where the verdict will be found: `GET /v1/items/{id}`');

const TakenOne = z.object({ itemId: ItemId });

const TakenLine = z
  .object({
    line: z.int().min(1).describe('Line of the request, counted from 1'),
    itemId: ItemId.optional(),
    error: Problem.optional().describe('Why this line was not taken; pointers lead into the line'),
  })
  .meta({ id: 'TakenLine' });

const Accepted = z
  .union([
    TakenOne.describe('Answer to one item'),
    z
      .object({ accepted: z.int(), refused: z.int(), items: z.array(TakenLine) })
      .describe('Answer to NDJSON: one entry per line that was not empty, in order'),
  ])
  .meta({ id: 'Accepted' });

const RESPONSES = {
  202: { description: 'On the log; nothing can get lost any more', schema: Accepted },
  422: { description: 'The item cannot be taken; `errors` points to each place', schema: Problem },
  429: { description: 'The tenant sends too much; see Retry-After', schema: Problem },
  503: { description: 'Too much is waiting to be judged; see Retry-After', schema: Problem },
} as const;

/**
 * Takes the lines that could be read, all at once, and answers every line in its place.
 * @param take one outcome per value, in the order given
 */
async function takeLines(
  lines: readonly Line<unknown>[],
  take: (values: unknown[]) => Promise<readonly Taken[]>,
): Promise<Reply> {
  const values = lines.flatMap((line) => ('body' in line ? [line.body] : []));
  const taken = (values.length === 0 ? [] : await take(values)).values();
  const items = lines.map((line) => {
    const outcome: Taken =
      'error' in line ? line : (taken.next().value ?? { error: new AssayError('internal') });
    return 'error' in outcome
      ? { line: line.line, error: problemOf(outcome.error) }
      : { line: line.line, itemId: outcome.itemId };
  });
  const accepted = items.filter((item) => 'itemId' in item).length;
  return { status: 202, body: { accepted, refused: items.length - accepted, items } };
}

const tenantOf = ({ principal }: Pick<Call<unknown, unknown, unknown>, 'principal'>): string =>
  principal!.tenant;

/** Intake checks the item itself, so that HTTP, the log and the command line are equally strict. */
const unchecked = (_context: unknown, value: unknown): unknown => value;

const posts = defineEndpoint<IntakeContext>()({
  method: 'post',
  path: '/v1/posts',
  access: 'ingest',
  tag: 'Intake',
  summary: 'Take in posts',
  description:
    'A post that says `editedAt` is an edit, an object that says `deletedAt` a deletion. One object as JSON, or NDJSON with up to 1,000 lines, each answered by itself. Unknown fields are ignored. The same id with another text is another revision of the item, never an overwrite.',
  body: z.union([Post, PostDeletion]) as z.ZodType<unknown>,
  check: unchecked,
  bodyLimit: LIMITS.bodyBytes,
  idempotent: true,
  responses: RESPONSES,
  examples: [
    { summary: 'A reply', body: EXAMPLE_POST, status: 202 },
    { summary: 'Its edit', body: EXAMPLE_EDIT, status: 202 },
    { summary: 'A deletion', body: EXAMPLE_DELETION, status: 202 },
    {
      summary: 'A batch, of which the second line is refused',
      lines: [EXAMPLE_HTML_POST, { ...EXAMPLE_POST, id: '45', author: {} }],
      status: 202,
    },
    {
      summary: 'A clock that is years off',
      body: { ...EXAMPLE_POST, publishedAt: '1970-01-01T00:00:00Z' },
      status: 422,
    },
  ],
  async handle({ intake }, call) {
    return { status: 202, body: await intake.post(tenantOf(call), call.body) };
  },
  async batch({ intake }, call) {
    return takeLines(call.body, (values) => intake.posts(tenantOf(call), values));
  },
});

const emails = defineEndpoint<IntakeContext>()({
  method: 'post',
  path: '/v1/emails',
  access: 'ingest',
  tag: 'Intake',
  summary: 'Take in e-mails',
  description:
    'Raw RFC 5322 bytes in base64 (at most 10 MiB) with their envelope. Without an `id` of the operator, the same envelope and bytes are the same item. One object as JSON, or NDJSON with up to 1,000 lines, each answered by itself.',
  body: Email as z.ZodType<unknown>,
  check: unchecked,
  bodyLimit: LIMITS.batchBodyBytes,
  idempotent: true,
  responses: RESPONSES,
  examples: [
    { summary: 'A letter', body: EXAMPLE_EMAIL, status: 202 },
    { summary: 'A letter without recipients', body: { ...EXAMPLE_EMAIL, envelope: {} }, status: 422 },
    { summary: 'A batch', lines: [EXAMPLE_EMAIL, { ...EXAMPLE_EMAIL, id: 'delivery-2' }], status: 202 },
  ],
  async handle({ intake }, call) {
    return { status: 202, body: await intake.email(tenantOf(call), call.body) };
  },
  async batch({ intake }, call) {
    return takeLines(call.body, (values) => intake.emails(tenantOf(call), values));
  },
});

export const INTAKE_ENDPOINTS = [posts, emails];
