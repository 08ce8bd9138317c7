/**
 * Attestations per second: verified (signature, claims, author, content, status) and issued (assertion checked, token
 * signed, recorded for good), each beside raw jose signing or verifying the same claims in the same rounds. And how long
 * one verification and a batch of a thousand take, and the signing path alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK } from 'jose';
import { beginEnrolment, completeEnrolment } from '../src/attest/enrol.js';
import { issueAttestation } from '../src/attest/issue.js';
import { type Issuer, openIssuer } from '../src/attest/issuer.js';
import { registerPlatform } from '../src/attest/platform-claim.js';
import { challengeText } from '../src/attest/sign.js';
import { TOKEN_TYPE } from '../src/client/token.js';
import { createPlatformKey } from '../src/demo/platform-key.js';
import { type SoftwareAuthenticator, softwareAuthenticator } from '../src/demo/software-authenticator.js';
import { openStore } from '../src/store/open.js';
import { type Bench, beside, type Figures, inTurns, median, rounded, timed } from './bench.js';
import { drawTexts } from './texts.js';

const ROUNDS = 5;
const VERIFIED = 1_000;
const ISSUED = 200;
/** Requests under way at once, as a server has them. */
const AT_ONCE = 16;
const TEXT_BYTES = 1_500;
const ORIGIN = 'https://assay.example';
const TENANT = 'bench';
const PLATFORM = 'forum';

/** Runs `work` for every index below `count`, `AT_ONCE` side by side. */
async function sideBySide(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

interface Author {
  subject: string;
  authenticator: SoftwareAuthenticator;
}

async function enrol(issuer: Issuer): Promise<Author> {
  const key = createPlatformKey();
  await registerPlatform(issuer, TENANT, { aud: PLATFORM, name: 'Forum', keys: [key.publicJwk] });
  const account = { accountId: 'ann', createdAt: '2015-01-01T00:00:00Z', vouched: true };
  const proof = key.signAccountProof({ aud: PLATFORM, ...account, now: issuer.clock() });
  const authenticator = softwareAuthenticator(ORIGIN, 'assay.example', false);
  const { enrolment, publicKey } = await beginEnrolment(issuer, TENANT, PLATFORM, proof);
  const { subject } = await completeEnrolment(issuer, TENANT, enrolment, authenticator.register(publicKey));
  return { subject, authenticator };
}

/** What an author sends back; made before the clock starts, because the author's device makes it. */
async function signed(issuer: Issuer, { subject, authenticator }: Author, text: string) {
  const { nonce, publicKey } = await challengeText(issuer, TENANT, { subject, platform: PLATFORM, text });
  return { nonce, subject, platform: PLATFORM, response: authenticator.assert(publicKey) };
}

/** Bare jose over the claims of a real token, with a key of its own: the least that has to be computed. */
async function bareJose(token: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const verifyKey = await importJWK(await exportJWK(publicKey), 'ES256');
  const [header = '', payload = ''] = token.split('.');
  const claims = Buffer.from(payload, 'base64url');
  const protectedHeader = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string };
  const sign = () => new CompactSign(claims).setProtectedHeader(protectedHeader).sign(privateKey);
  const own = await sign();
  return { sign, verify: () => compactVerify(own, verifyKey) };
}

async function measure(issuer: Issuer, seed: number) {
  const author = await enrol(issuer);
  const texts = drawTexts(ISSUED, TEXT_BYTES, seed);
  const issue = async (text: string) => issueAttestation(issuer, TENANT, await signed(issuer, author, text));
  const tokens = await Promise.all(texts.map(async (text) => ({ text, ...(await issue(text)) })));
  const jose = await bareJose(tokens[0]!.token);
  const verify = async (at: number): Promise<void> => {
    const { token, text } = tokens[at % tokens.length]!;
    const { valid, errors } = await issuer.verifier.verify(token, {
      text,
      platform: PLATFORM,
      author: 'ann',
    });
    if (!valid) throw new Error(`a good token was refused: ${errors.join(', ')}`);
  };
  return inTurns(ROUNDS, {
    jose_verify: () => timed(VERIFIED, () => sideBySide(VERIFIED, jose.verify)),
    verify: () => timed(VERIFIED, () => sideBySide(VERIFIED, verify)),
    jose_sign: () => timed(ISSUED, () => sideBySide(ISSUED, jose.sign)),
    issue: async () => {
      const requests = await Promise.all(texts.map((text) => signed(issuer, author, text)));
      return timed(ISSUED, () => sideBySide(ISSUED, (at) => issueAttestation(issuer, TENANT, requests[at]!)));
    },
  });
}

const SHORT_BYTES = 500;
const SINGLES = 5_000;
const BATCH = 1_000;
const BATCHES = 100;

/** The value below which 99% of the others lie. */
const p99 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]!;

async function millis(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** One after the other, and a thousand together, as `/v1/verify/batch` has them: with status, author and text. */
async function latencies(issuer: Issuer, seed: number): Promise<Figures> {
  const author = await enrol(issuer);
  const texts = drawTexts(BATCH, SHORT_BYTES, seed + 1);
  const tokens: string[] = [];
  await sideBySide(BATCH, async (at) => {
    const request = await signed(issuer, author, texts[at]!);
    tokens[at] = (await issueAttestation(issuer, TENANT, request)).token;
  });
  const verify = async (at: number): Promise<void> => {
    const found = { text: texts[at % BATCH]!, platform: PLATFORM, author: 'ann' };
    if (!(await issuer.verifier.verify(tokens[at % BATCH]!, found)).valid) throw new Error('refused');
  };
  const batch = () => Promise.all(Array.from({ length: BATCH }, (_, at) => verify(at)));
  await batch();
  const singles: number[] = [];
  for (let at = 0; at < SINGLES; at++) singles.push(await millis(() => verify(at)));
  const batches: number[] = [];
  for (let at = 0; at < BATCHES; at++) batches.push(await millis(batch));
  const claims = JSON.parse(Buffer.from(tokens[0]!.split('.')[1]!, 'base64url').toString()) as object;
  const signing = await timed(SINGLES, () =>
    sideBySide(SINGLES, () => issuer.keys.token.signer.sign(TOKEN_TYPE, claims)),
  );
  return {
    text_bytes: SHORT_BYTES,
    one_by_one_p50_ms: rounded(median(singles)),
    one_by_one_p99_ms: rounded(p99(singles)),
    batch_of_1000_p50_ms: rounded(median(batches)),
    batch_of_1000_p99_ms: rounded(p99(batches)),
    batched_per_s: rounded((BATCH * 1_000) / median(batches)),
    signing_path_per_s: rounded(signing.perS),
  };
}

export const attest: Bench = {
  name: 'attest',
  async run({ seed, progress }) {
    const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
    const { store, collections } = await openStore({ mongoUrl: null, dataFolder: folder });
    try {
      const issuer = await openIssuer(
        { collections, clock: Date.now },
        {
          iss: ORIGIN,
          secret: 'a secret of the benchmark',
          rp: { id: 'assay.example', name: 'Assay', origins: [ORIGIN] },
          grants: [{ tenant: TENANT, aud: PLATFORM }],
          // One author stands for many here.
          quotas: { perAuthorDay: Number.MAX_SAFE_INTEGER },
        },
      );
      progress(`attest: ${ROUNDS} rounds of ${VERIFIED} verified and ${ISSUED} issued`);
      const rounds = await measure(issuer, seed);
      return {
        text_bytes: TEXT_BYTES,
        at_once: AT_ONCE,
        verify: beside(rounds.verify, rounds.jose_verify),
        issue: beside(rounds.issue, rounds.jose_sign),
        alone: await latencies(issuer, seed),
      };
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
