/**
 * A service with items that went through the real pipeline: posts in two conversations, HTML, letters, attested posts with
 * a copied token, an edited text and another account's post. The judge looks for phrases, so spans and bands are known.
 */
import type { EvidenceSymbol } from '../../../schemas/evidence.js';
import { itemId } from '../../../schemas/ids.js';
import type { Scope } from '../../../schemas/store/documents.js';
import type { BandPolicy, Decision } from '../../../schemas/verdict.js';
import { createLink } from '../../../src/access/sessions.js';
import type { ApiContext } from '../../../src/api/context.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { verifyPost } from '../../../src/attest/verify-post.js';
import { enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey } from '../../../src/demo/platform-key.js';
import { Announcer } from '../../../streams/5-announce.js';
import type { Decide, Judge } from '../../../streams/judge.js';
import { processRecords } from '../../../streams/pipeline.js';
import { recordMaker, SentLog, silent, testParts } from '../../streams/harness/parts.js';
import { startService, type TestService } from '../api/service.js';
import * as texts from './texts.js';

const PHRASES: readonly (readonly [name: string, sentence: string, weight: number, pattern: RegExp])[] = [
  ['text.stock_phrases', 'stock', 1.6, /it is important to note( that)?|in today’s fast-paced world/gi],
  ['text.connectors', 'connectors', 0.9, /\b(moreover|ultimately)\b/gi],
  [
    'text.vocabulary',
    'vocabulary',
    0.5,
    /tapestry|vibrant|foster|seamless|testament|game changer|note that/gi,
  ],
  ['text.spoken', 'spoken', -1.8, /\b(dunno|lol|honestly|also mum|call me)\b/gi],
];

const SENTENCES: Readonly<Record<string, string>> = {
  stock: 'Phrases that language models use far more often than people stand {n} times in this text.',
  connectors: 'Sentences are joined by connectors in a regular way.',
  vocabulary: 'Words that models favour are frequent.',
  spoken: 'Turns of spoken language, which models rarely produce unasked.',
  above: 'The reasons together lie above the cut for this band, and the text is long enough.',
  between: 'The reasons together lie between the two cuts.',
  below: 'The reasons together lie below the lower cut.',
  short: 'The text is shorter than the detector needs.',
};

export const sentenceOf: ApiContext['sentenceOf'] = (key, values = {}) =>
  (SENTENCES[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

const judge: Judge = {
  detectorSet: 'phrases@1',
  async judge(inputs) {
    return inputs.map(({ content, contentHash }) => {
      const symbols: EvidenceSymbol[] = PHRASES.flatMap(([name, sentence, weight, pattern]) => {
        const found = [...content.matchAll(pattern)];
        if (found.length === 0) return [];
        const spans = found.map((match) => ({ start: match.index, end: match.index + match[0].length }));
        return [{ name, sentence, contribution: weight * found.length, values: { n: found.length }, spans }];
      });
      return {
        contentHash,
        words: content.split(/\s+/u).length,
        language: 'en',
        languageCovered: true,
        llr: symbols.reduce((sum, { contribution }) => sum + contribution, 0),
        llrError: 0.4,
        symbols,
        detectors: [
          { id: 'phrases', version: '1.0.0', sha256: 'ab'.repeat(32), engine: 'js', device: 'cpu' },
        ],
        canonicaliser: 'canonical@1',
      };
    });
  },
};

const policy: BandPolicy = {
  cuts: { machine: 3, noMachineSigns: -1, overwhelming: 12 },
  minWords: 12,
  budget: { falseAlarmRate: 0.01, slice: 'posts and letters of 12 words and more' },
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const decide: Decide = ({ llr, llrError, symbols, words }): Decision => {
  const { cuts, minWords, budget } = policy;
  const [band, because] =
    words < minWords
      ? (['insufficient', 'short'] as const)
      : llr >= cuts.machine
        ? (['machine', 'above'] as const)
        : llr <= cuts.noMachineSigns
          ? (['no_machine_signs', 'below'] as const)
          : (['uncertain', 'between'] as const);
  return {
    band,
    because,
    probability: logistic(llr),
    interval: [logistic(llr - 1.96 * llrError), logistic(llr + 1.96 * llrError)],
    prior: 0.5,
    llr,
    budget: band === 'machine' ? budget : null,
    reasons: symbols,
  };
};

export interface ConsoleRig {
  service: TestService;
  /** A one-time link's secret. */
  link(scopes?: readonly Scope[], user?: string, tenant?: string): Promise<string>;
  /** Cookie header of a fresh session, redeemed over HTTP. */
  signIn(scopes?: readonly Scope[], user?: string, tenant?: string): Promise<string>;
  /** Item id of a seeded post or letter. */
  id(external: string): string;
  /** Sends a post through the pipeline. */
  post(external: string, fields: Record<string, unknown>): Promise<void>;
  remove(external: string, version: number): Promise<void>;
  close(): Promise<void>;
}

const MODERATOR: readonly Scope[] = ['read', 'moderate'];

/** @param many further machine posts, for pages */
export async function openConsole({ many = 0 }: { many?: number } = {}): Promise<ConsoleRig> {
  const service = await startService({ sentenceOf });
  const { context } = service;
  const log = new SentLog();
  const { collections, clock, issuer } = context;
  const parts = testParts(collections, log, { judge, decide, clock, verifyAttestation: verifyPost(issuer) });
  const make = recordMaker();
  const started = clock();
  const announcer = new Announcer({ log: parts.log, collections, logger: silent });
  let minute = 0;
  let seeded = false;

  const send = async (value: unknown, type: string, topic: string): Promise<void> => {
    const record = { ...make(value, type), topic, timestamp: started - 90 * 60_000 + minute * 60_000 };
    await processRecords([record], parts, { wake: () => undefined });
    if (seeded) await announcer.drain();
  };
  const at = () => new Date(started - 90 * 60_000 + minute * 60_000).toISOString();
  const post = async (id: string, fields: Record<string, unknown>): Promise<void> => {
    minute += 1;
    const author = { id: `account-${id}`, handle: id };
    const common = { platform: 'forum', id, version: 1, author, conversationId: 'lane', publishedAt: at() };
    await send({ ...common, ...fields }, 'post.created', 'posts');
  };
  const mail = async (id: string, subject: string, body: string): Promise<void> => {
    minute += 1;
    const raw = `From: accounts@partner.example\r\nSubject: ${subject}\r\nMessage-ID: <${id}@partner.example>\r\n\r\n${body}`;
    const envelope = { mailFrom: 'bounce@partner.example', rcptTo: ['you@here.example'] };
    const value = { id, receivedAt: at(), envelope, raw: Buffer.from(raw).toString('base64') };
    await send(value, 'email.received', 'emails');
  };

  const platformKey = createPlatformKey();
  await registerPlatform(issuer, 'acme', { aud: 'forum', name: 'Forum', keys: [platformKey.publicJwk] });
  const author = (accountId: string, vouched: boolean) =>
    enrolDemoAuthor(issuer, 'acme', platformKey, {
      platform: 'forum',
      accountId,
      createdAt: '2020-01-01T00:00:00Z',
      vouched,
    });
  const [ann, bob] = [await author('account-ann', true), await author('account-bob', false)];
  const annToken = (await ann.attest({ text: texts.PERSON_REPLY })).token;
  const bobToken = (await bob.attest({ text: texts.MACHINE_REPLY })).token;

  for (let n = 0; n < many; n += 1) {
    await post(`crowd-${n}`, { conversationId: 'crowd', text: `${texts.MACHINE_REPLY} Take number ${n}.` });
  }
  await mail('letter-1', texts.LETTER_SUBJECT, texts.LETTER);
  await mail('letter-2', 'parcel', texts.PLAIN_LETTER);
  await post('uncertain', { text: texts.UNCERTAIN_REPLY });
  await post('short', { text: texts.SHORT_REPLY });
  await post('arabic', { text: texts.ARABIC_REPLY, platform: 'chat' });
  const annAuthor = { id: 'account-ann', handle: 'ann' };
  await post('ann', { author: annAuthor, text: texts.PERSON_REPLY, attestation: annToken });
  await post('bob', {
    author: { id: 'account-bob', handle: 'bob' },
    text: texts.MACHINE_REPLY,
    attestation: bobToken,
  });
  await post('thief', { text: texts.PERSON_REPLY, attestation: annToken });
  await post('edited', { author: annAuthor, text: `${texts.PERSON_REPLY} Buy now!`, attestation: annToken });
  await post('copied', { author: annAuthor, text: texts.PERSON_REPLY, attestation: annToken });
  await post('forged', { text: texts.UNCERTAIN_REPLY, attestation: `${annToken.slice(0, -8)}AAAAAAAA` });
  await post('plain', { text: texts.OTHER_MACHINE_REPLY });
  await post('markup', { html: texts.HTML_REPLY });
  await post('awkward', {
    text: texts.AWKWARD_REPLY,
    author: { id: 'account-"<b>', handle: '<i>"eve\'\u202e' },
  });
  await announcer.drain();
  seeded = true;

  const link: ConsoleRig['link'] = (scopes = MODERATOR, user = 'mara', tenant = 'acme') =>
    createLink(context, { tenant, user, scopes });
  return {
    service,
    link,
    async signIn(...who) {
      const response = await fetch(`${service.url}/console/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ link: await link(...who) }),
      });
      return (response.headers.get('set-cookie') ?? '').split(';')[0] as string;
    },
    id: (external) =>
      external.startsWith('letter')
        ? itemId('acme', 'email', 'mail', external)
        : itemId('acme', 'post', external === 'arabic' ? 'chat' : 'forum', external),
    post,
    async remove(id, version) {
      minute += 1;
      await send({ platform: 'forum', id, version, deletedAt: at() }, 'post.deleted', 'posts');
    },
    close: () => service.close(),
  };
}
