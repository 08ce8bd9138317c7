/** Which roles a process may have, and what those who run apart have to share. */
import { describe, expect, it } from '@jest/globals';
import type { AssayError } from '../../../schemas/errors.js';
import { ENDPOINTS, endpointsOf } from '../../../src/api/table.js';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { checkRoles, parseRoles, ROLES, type Role } from '../../../src/config/roles.js';

const APART = {
  KAFKA_BROKERS: 'broker:9092',
  MONGO_URL: 'mongodb://store/assay',
  ASSAY_PUBLIC_URL: 'https://assay.example',
};

const load = (env: Record<string, string>) => loadConfig(readEnvironment({}, env, '/nonexistent'));

const refusal = (env: Record<string, string>): string => {
  const { config, secrets } = load(env);
  try {
    checkRoles(config, secrets);
  } catch (error) {
    expect((error as AssayError).code).toBe('config.invalid');
    return (error as AssayError).message;
  }
  return '';
};

describe('the roles of a process', () => {
  it('are all of them, unless it is told', () => {
    expect(load({}).config.roles).toEqual(ROLES);
    expect(load({ ASSAY_ROLES: '' }).config.roles).toEqual(ROLES);
  });

  it('are taken in any order and however often they are named', () => {
    expect(parseRoles(' announce,score , score')).toEqual(['score', 'announce']);
  });

  it.each([
    ['api,scorer', 'found "scorer"'],
    ['API', 'found "API"'],
    [',', 'expected at least one role of api, score, gather, announce, console, found none'],
  ])('are refused as %j', (text, message) => {
    expect(() => parseRoles(text)).toThrow(message);
    expect(() => load({ ASSAY_ROLES: text })).toThrow(message);
  });

  it('are all of them where an engine belongs to the process alone; the error names each setting to change', () => {
    expect(refusal({})).toBe('');
    expect(refusal({ ASSAY_ROLES: 'score', ...APART })).toBe('');
    for (const missing of Object.keys(APART)) {
      const env = { ASSAY_ROLES: 'score,api', ...APART, [missing]: '' };
      const message = refusal(env);
      expect(message).toMatch(new RegExp(`^${missing} is not set: ASSAY_ROLES \\(--roles\\) is api,score`));
      expect(message.split('\n')).toHaveLength(2);
      expect(message).toContain('or leave ASSAY_ROLES at api,score,gather,announce,console');
    }
    expect(refusal({ ASSAY_ROLES: 'console' }).split('\n')).toHaveLength(4);
  });
});

describe('what a process serves', () => {
  const paths = (...roles: Role[]): string[] => endpointsOf(roles).map(({ path }) => path);
  const OPERATION = ['/healthz', '/readyz', '/metrics'];

  it('is everything with all roles', () => {
    expect(endpointsOf(ROLES)).toEqual(ENDPOINTS);
  });

  it.each(['score', 'gather', 'announce'] as const)('is nothing but health and metrics as %s', (role) => {
    expect(paths(role)).toEqual(OPERATION);
  });

  it('is the HTTP interface without pages as api, and pages without the interface as console', () => {
    const api = paths('api');
    const console_ = paths('console');
    expect(api).toEqual(expect.arrayContaining(['/v1/posts', '/v1/score', '/v1/items', ...OPERATION]));
    expect(api.filter((path) => path.startsWith('/console'))).toEqual([]);
    expect(console_).toEqual(expect.arrayContaining(['/console', ...OPERATION]));
    expect(console_.filter((path) => path.startsWith('/v1'))).toEqual([]);
  });
});
