/** `tenant=name/name,tenant=name` → which tenant the operator gives the name of a platform to. */
import { PlatformName } from '../../schemas/post.js';
import type { AudienceGrant } from '../attest/platform.js';
import { entriesOf } from './entries.js';

/** @throws Error that says found and expected, also when a name stands twice */
export function parseAudiences(text: string): AudienceGrant[] {
  const grants = entriesOf(text).flatMap((entry) => {
    const [tenant = '', names = '', ...rest] = entry.split('=');
    const auds = names.split('/');
    const fits =
      tenant !== '' && rest.length === 0 && auds.every((aud) => PlatformName.safeParse(aud).success);
    if (!fits) throw new Error(`expected tenant=platform/platform, found "${entry}"`);
    return auds.map((aud) => ({ tenant, aud }));
  });
  const seen = new Set<string>();
  for (const { aud } of grants) {
    if (seen.has(aud)) throw new Error(`expected each platform once, found "${aud}" twice`);
    seen.add(aud);
  }
  return grants;
}
