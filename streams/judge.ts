/**
 * What the pipeline needs of those who judge. The detectors stand behind these shapes, so that the streams know
 * neither models nor engines; `src/main.ts` binds the two.
 */

import type { z } from 'zod';
import type { Evidence, Judgement } from '../schemas/evidence.js';
import type { Facet } from '../schemas/post.js';
import type { Decision } from '../schemas/verdict.js';

/** One text to judge. For mail, `content` is the judged text of the letter and `raw` its bytes. */
export interface JudgeInput {
  kind: 'post' | 'email';
  format: 'text' | 'html' | 'raw';
  content: string;
  contentHash: string;
  facets?: readonly z.infer<typeof Facet>[];
  lang?: string;
}

export interface JudgeOptions {
  /** Leaves out what is slow; texts that would have needed it are marked `degraded`. */
  firstStageOnly?: boolean;
  signal?: AbortSignal;
}

/** Judges texts; the same text gives the same judgement whatever stands beside it in the batch. */
export interface Judge {
  /** Names every detector with its version; part of every evidence id. */
  readonly detectorSet: string;
  judge(inputs: readonly JudgeInput[], options?: JudgeOptions): Promise<Judgement[]>;
}

/** The pure decision with prior, calibration and policy already bound. */
export type Decide = (evidence: Evidence) => Decision;

/** A letter as read from its raw bytes. */
export interface Letter {
  subject: string;
  /** Body text as a reader sees it. */
  text: string;
  /** Address of the From header, lower case; a claim of the sender. */
  from: string | null;
  messageId: string | null;
  inReplyTo: string | null;
  /** Message-IDs from the first of the thread on. */
  references: readonly string[];
}

/** Reads raw RFC 5322 bytes. @throws {AssayError} `item.unparsable` */
export type ReadLetter = (raw: Buffer) => Promise<Letter>;

/** hal of an attestation that was checked against text and author: -1 none or invalid, else 0…3. */
export type VerifyAttestation = (post: {
  tenant: string;
  token: string;
  platform: string;
  authorId: string;
  text?: string;
  html?: string;
  facets?: readonly z.infer<typeof Facet>[];
}) => Promise<number>;
