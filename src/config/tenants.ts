/** `name=postsTopic/emailsTopic,other` → tenants with their intake topics. */
import {
  DEAD_LETTERS_TOPIC,
  EVIDENCE_TOPIC,
  type TenantTopics,
  VERDICTS_TOPIC,
} from '../../streams/topics.js';
import { entriesOf } from './entries.js';

const TENANT = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** What Kafka accepts as a topic name. */
const TOPIC = /^[a-zA-Z0-9._-]{1,249}$/;

function parseTenant(entry: string): TenantTopics {
  const [tenant = '', topics, ...more] = entry.split('=');
  if (!TENANT.test(tenant) || more.length > 0) {
    throw new Error(`expected name or name=postsTopic/emailsTopic, found "${entry}"`);
  }
  const [posts = '', emails = '', ...rest] =
    topics === undefined ? [`posts.${tenant}`, `emails.${tenant}`] : topics.split('/');
  if (!TOPIC.test(posts) || !TOPIC.test(emails) || rest.length > 0) {
    throw new Error(`expected two topic names with a slash between them, found "${topics}"`);
  }
  return { tenant, posts, emails };
}

/** @throws Error that says found and expected, also when a tenant or a topic stands twice */
export function parseTenants(text: string): TenantTopics[] {
  const parsed = entriesOf(text).map(parseTenant);
  if (parsed.length === 0) throw new Error('expected at least one tenant');
  const taken = new Set([VERDICTS_TOPIC, EVIDENCE_TOPIC, DEAD_LETTERS_TOPIC]);
  const names = new Set<string>();
  for (const { tenant, posts, emails } of parsed) {
    if (names.has(tenant)) throw new Error(`expected each tenant once, found "${tenant}" twice`);
    names.add(tenant);
    for (const topic of [posts, emails]) {
      if (taken.has(topic)) throw new Error(`expected each topic once, found "${topic}" twice`);
      taken.add(topic);
    }
  }
  return parsed;
}
