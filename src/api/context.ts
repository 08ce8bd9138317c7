/**
 * What the HTTP rim needs beside the shared context: the ways into and out of the pipeline, as narrow as the endpoints
 * use them. `src/main.ts` binds them to the running parts; tests bind what they need.
 */
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import type { Judgement } from '../../schemas/evidence.js';
import type { Facet } from '../../schemas/post.js';
import type { Decision } from '../../schemas/verdict.js';
import type { Admission } from '../../streams/admission.js';
import type { Intake } from '../../streams/intake.js';
import type { Issuer } from '../attest/issuer.js';
import type { Role } from '../config/roles.js';
import type { Context } from '../context.js';
import type { Egress } from '../egress/egress.js';
import type { VerdictFeed } from '../live/verdict-feed.js';

/** Takes texts in, puts them on the log and names their items. */
export type TextIntake = Pick<Intake, 'post' | 'posts' | 'email' | 'emails'>;

/** A text to score without storing it. */
export interface ScoreInput {
  kind: 'post' | 'email';
  format: 'text' | 'html';
  content: string;
  facets?: readonly z.infer<typeof Facet>[];
  lang?: string;
  /** Prior probability of machine authorship, in (0, 1); the service's own by default. */
  prior?: number;
}

/** Judges one text now, ahead of the stream. */
export type ScoreNow = (
  input: ScoreInput,
  signal: AbortSignal,
) => Promise<{ judgement: Judgement; decision: Decision }>;

/** One fact of readiness: a part, whether it can do its work, and figures for people (`lag`, `detector` …). */
export interface ReadinessCheck {
  name: string;
  ok: boolean;
  facts?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface ApiContext extends Context {
  intake: TextIntake;
  scoreNow: ScoreNow;
  /** How much a tenant may still send in. */
  admission: Pick<Admission, 'standing'>;
  /** Verdicts as they are announced, for who follows them live. */
  live: Pick<VerdictFeed, 'join'>;
  /** Issues attestations and verifies them. */
  issuer: Issuer;
  /** Says which addresses others may give us to send to. */
  egress: Pick<Egress, 'check'>;
  readiness(): Promise<readonly ReadinessCheck[]>;
  metrics: Registry;
  /** What this process runs. */
  roles: readonly Role[];
  /** Where the service is reached from outside, without a slash at the end; `https:` gives `__Host-` cookies. */
  publicUrl: string;
  /** Proxies in front whose word about the caller's address is taken; default none. */
  proxies?: number;
  /** Plain words for a symbol's sentence key, with its values filled in. */
  sentenceOf(key: string, values?: Readonly<Record<string, string | number>>): string;
}
