/**
 * An author of the demo: an account on the demo platform with a software key, enrolled and signing by the same acts as
 * anybody else, only without a browser in between.
 */
import { beginEnrolment, completeEnrolment } from '../attest/enrol.js';
import { type Issued, issueAttestation } from '../attest/issue.js';
import type { Issuer } from '../attest/issuer.js';
import { challengeText, type SubmittedText } from '../attest/sign.js';
import type { PlatformKey } from './platform-key.js';
import { type SoftwareAuthenticator, softwareAuthenticator } from './software-authenticator.js';

export interface DemoAccount {
  /** Registered by `tenant`; becomes the audience of the tokens. */
  platform: string;
  accountId: string;
  /** RFC 3339. */
  createdAt: string;
  /** The platform vouches for the account; with 180 days of age that gives `unq` 1. */
  vouched?: boolean;
}

export interface DemoAuthor {
  subject: string;
  authenticator: SoftwareAuthenticator;
  /** Signs a text and returns its token. */
  attest(text: SubmittedText): Promise<Issued>;
}

/** Proves the account, registers a software key for it. */
export async function enrolDemoAuthor(
  issuer: Issuer,
  tenant: string,
  platformKey: PlatformKey,
  { platform, ...account }: DemoAccount,
): Promise<DemoAuthor> {
  const proof = platformKey.signAccountProof({ aud: platform, ...account, now: issuer.clock() });
  const authenticator = softwareAuthenticator(issuer.rp.origins[0]!, issuer.rp.id);
  const { enrolment, publicKey } = await beginEnrolment(issuer, tenant, platform, proof);
  const registration = authenticator.register(publicKey);
  const { subject } = await completeEnrolment(issuer, tenant, enrolment, registration);
  return {
    subject,
    authenticator,
    async attest(text) {
      const challenge = await challengeText(issuer, tenant, { subject, platform, ...text });
      const response = authenticator.assert(challenge.publicKey);
      return issueAttestation(issuer, tenant, { nonce: challenge.nonce, subject, platform, response });
    },
  };
}
