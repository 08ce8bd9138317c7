/**
 * Carries the plan out at the first start: registers the demo's platform, enrols the signers with keys made of software,
 * and issues a token for every planned post through the same acts that serve everybody. The tokens are kept in the store,
 * the keys are not: what is signed is signed.
 */
import { AssayError } from '../../schemas/errors.js';
import type { Issuer } from '../attest/issuer.js';
import { registerPlatform } from '../attest/platform-claim.js';
import { changeStatus } from '../attest/status.js';
import { type DemoAuthor, enrolDemoAuthor } from './author.js';
import type { AttestationPlan, Signature } from './plan-attestations.js';
import { createPlatformKey } from './platform-key.js';
import { DEMO_PLATFORM } from './stream.js';

/** Shown wherever the demo shows a token: nobody pressed anything. */
export const SOFTWARE_KEYS =
  'The keys of this demo are software: they show how attestations travel and fail, and no person signed anything.';

/** Name of the platform in the console and in the discovery document. */
export const PLATFORM_NAME =
  'Mailing lists of 2002, replayed as a demo: all keys are software, no person signed anything';

/** Tokens by id of the post that carries them. */
export type Tokens = Readonly<Record<string, string>>;

/** Accounts signing side by side. */
const AT_ONCE = 4;
/** All accounts of the corpus are older than the corpus. */
const CREATED_AT = '2002-01-01T00:00:00Z';

async function sign(
  issuer: Issuer,
  tenant: string,
  author: DemoAuthor,
  { text, showing }: Signature,
): Promise<string | null> {
  try {
    const { token, jti } = await author.attest({ text });
    if (showing === 'revoked') await changeStatus(issuer, tenant, jti, 'revoke', 'shown by the demo');
    return token;
  } catch (error) {
    // A text with characters that cannot be attested stays without a token, as it would anywhere.
    if (error instanceof AssayError && error.code === 'attest.text_rejected') return null;
    throw error;
  }
}

/**
 * Issues everything that is planned.
 * @throws {AssayError} as the acts of attestation do
 */
export async function issueTokens(issuer: Issuer, tenant: string, plan: AttestationPlan): Promise<Tokens> {
  const platformKey = createPlatformKey();
  await registerPlatform(issuer, tenant, {
    aud: DEMO_PLATFORM,
    name: PLATFORM_NAME,
    keys: [platformKey.publicJwk],
  });
  const tokens: Record<string, string> = {};
  const waiting = [...plan.signers];
  const work = async (): Promise<void> => {
    for (let signer = waiting.shift(); signer !== undefined; signer = waiting.shift()) {
      const { account: accountId, vouched } = signer;
      const account = { platform: DEMO_PLATFORM, accountId, createdAt: CREATED_AT, vouched };
      const author = await enrolDemoAuthor(issuer, tenant, platformKey, account);
      for (const signature of signer.signatures) {
        const token = await sign(issuer, tenant, author, signature);
        if (token !== null) tokens[signature.postId] = token;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const { copied } = plan;
  const original = copied === null ? undefined : tokens[copied.from];
  return copied === null || original === undefined ? tokens : { ...tokens, [copied.postId]: original };
}
