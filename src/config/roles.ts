/**
 * The roles of a process: which parts of the service it opens and runs. By default all of them; with Kafka and MongoDB
 * behind, each role may run in as many processes of its own as it needs (docs/operations.md).
 */
import { AssayError } from '../../schemas/errors.js';
import type { Config, Secrets } from './config.js';
import { entriesOf } from './entries.js';

/**
 * `api`: HTTP interface with intake and interactive scoring; `score`: one member of the group that judges what comes in;
 * `gather`: group evidence; `announce`: outbox, webhooks and the sweeping of what has expired; `console`: pages of moderators.
 */
export const ROLES = ['api', 'score', 'gather', 'announce', 'console'] as const;
export type Role = (typeof ROLES)[number];

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

/**
 * `api,score` → the roles, each once, in the order of ROLES.
 * @throws Error that says found and expected
 */
export function parseRoles(text: string): Role[] {
  const names = entriesOf(text);
  const unknown = names.find((name) => !isRole(name));
  if (unknown !== undefined) throw new Error(`expected roles among ${ROLES.join(', ')}, found "${unknown}"`);
  if (names.length === 0) throw new Error(`expected at least one role of ${ROLES.join(', ')}, found none`);
  return ROLES.filter((role) => names.includes(role));
}

/**
 * Some roles only: then the other ones run elsewhere, on the same log and store and under the same name. The embedded
 * engines belong to one process, so nobody could run the stages that this one leaves out.
 * @throws {AssayError} `config.invalid`, one line per setting that has to change
 */
export function checkRoles(
  { roles, kafkaBrokers, publicUrl }: Pick<Config, 'roles' | 'kafkaBrokers' | 'publicUrl'>,
  { mongoUrl }: Pick<Secrets, 'mongoUrl'>,
): void {
  if (roles.length === ROLES.length) return;
  const found = `ASSAY_ROLES (--roles) is ${roles.join(',')}`;
  const problems: string[] = [];
  const alone = `${found}, and the embedded engine belongs to this process alone: nobody could run the other roles`;
  if (kafkaBrokers === null) problems.push(`KAFKA_BROKERS is not set: ${alone}`);
  if (mongoUrl === null) problems.push(`MONGO_URL is not set: ${alone}`);
  if (publicUrl === null) {
    problems.push(
      `ASSAY_PUBLIC_URL is not set: ${found}, and all processes have to issue and verify under one name, which would follow from the port of each`,
    );
  }
  if (problems.length === 0) return;
  const either = `Set them, or leave ASSAY_ROLES at ${ROLES.join(',')}.`;
  throw new AssayError('config.invalid', [...problems, either].join('\n'));
}
