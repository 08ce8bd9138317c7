/** problem+json (RFC 9457), the one shape of every HTTP error. */
import { z } from 'zod';
import { AssayError, ERRORS } from './errors.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const Problem = z
  .object({
    type: z.string().describe('URI reference that names the problem: `/problems/<code>`'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional().describe('Id of the request, also in the log'),
    code: z.string(),
    errors: z
      .array(
        z.object({ pointer: z.string().describe('RFC 6901 JSON pointer into the body'), detail: z.string() }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** Turns any error into a problem; what is not an AssayError becomes `internal` and says nothing of its cause. */
export function problemOf(error: unknown, instance?: string): Problem {
  const known = error instanceof AssayError ? error : new AssayError('internal');
  const [status, title] = ERRORS[known.code];
  return {
    type: `/problems/${known.code}`,
    title,
    status,
    code: known.code,
    ...(known.message === title ? {} : { detail: known.message }),
    ...(instance === undefined ? {} : { instance }),
    ...(known.violations.length === 0 ? {} : { errors: [...known.violations] }),
  };
}

/** RFC 6901 pointer for a zod path. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');

type Issue = z.core.$ZodIssue;
type Violation = { pointer: string; detail: string };

/** Whether a shape was out of the question at once: another type, or another value than the listed ones. */
const ruledOut = (issues: readonly Issue[]): boolean =>
  issues.some(({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'));

/** What one issue says. Of several shapes, what the one that was meant misses; where none was, what each expects. */
function violationsOf(issue: Issue, above: readonly PropertyKey[] = []): Violation[] {
  const path = [...above, ...issue.path];
  const shapes = issue.code === 'invalid_union' ? issue.errors.filter((issues) => issues.length > 0) : [];
  const meant = shapes.find((issues) => !ruledOut(issues));
  if (meant !== undefined) return meant.flatMap((one) => violationsOf(one, path));
  const details = new Set(shapes.flatMap((issues) => issues.map(({ message }) => message)));
  return [{ pointer: jsonPointer(path), detail: [...details].join(', or ') || issue.message }];
}

const MAX_VIOLATIONS = 20;

/** Checks a value against a schema. @throws {AssayError} with `code` and one violation per finding */
export function parseAs<T>(
  schema: z.ZodType<T>,
  value: unknown,
  code: 'request.invalid' | 'item.invalid',
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const violations = result.error.issues
    .slice(0, MAX_VIOLATIONS)
    .flatMap((issue) => violationsOf(issue))
    .slice(0, MAX_VIOLATIONS);
  throw new AssayError(code, undefined, { violations });
}
