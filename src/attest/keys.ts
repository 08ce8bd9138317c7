/**
 * The issuer's signing keys as a process holds them: one set for tokens, another for status lists, ES256. What each key
 * does follows from the stored keys and the clock (`key-schedule.ts`); the stored keys are read again while the process
 * runs, so that a rotation or a compromise in another process is seen.
 */
import type { PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import type { SigningKeyDoc } from '../../schemas/store/documents.js';
import type { KeyUse, SignBytes } from './key-holder.js';
import { ensureSigner, fromHolder, type KeyParts, keysOfSet, openHeld } from './key-making.js';
import { publishedKeys, type ScheduledKey, scheduleOf, signingKey } from './key-schedule.js';
import { sweepCandidates } from './key-sweep.js';

/** A key that signs: its thumbprint, and the act of signing, so that the private part may live elsewhere. */
export interface Signer {
  kid: string;
  /** Compact JWS, ES256, header exactly `{alg, typ, kid}`. */
  sign(typ: string, claims: object): Promise<string>;
}

/** One set, always as of now. */
export interface KeySet {
  /** @throws {AssayError} `attest.no_signer` while no key of the set signs */
  readonly signer: Signer;
  /** The public keys to publish, with kid, alg and use; the same array until something changes. */
  readonly publicKeys: PublicKey[];
  readonly schedule: ScheduledKey[];
}

export interface Keys {
  readonly token: KeySet;
  readonly status: KeySet;
  /** Reads the stored keys again when what is known is older than `KEYS_SEEN_MS`, or at once. */
  refresh(atOnce?: boolean): Promise<void>;
  /** Whether a key has been given up, as the store says now: what this process last read may be older. */
  isCompromised(kid: string): Promise<boolean>;
}

/** Within so many milliseconds a process notices what another one did with the keys. */
export const KEYS_SEEN_MS = 10_000;
/** Bytes of an ES256 signature. */
const SIGNATURE_BYTES = 64;

/** Opens the keys, or creates them on first start. @throws {AssayError} `attest.key_locked` for another secret or a holder that is not there, `attest.no_signer` when no key can be made */
export async function openKeys(parts: KeyParts): Promise<Keys> {
  const token = new LiveSet(parts, 'token');
  const status = new LiveSet(parts, 'status');
  await Promise.all([token.open(), status.open()]);
  await sweepCandidates(parts);
  let seenMs = parts.clock();
  let running: Promise<void> | undefined;
  const read = async () => {
    seenMs = parts.clock();
    await Promise.all([token.read(), status.read()]);
  };
  return {
    token,
    status,
    async refresh(atOnce = false) {
      if (!atOnce && Math.abs(parts.clock() - seenMs) < KEYS_SEEN_MS) return;
      // A look that began before it was asked for may not have seen what the asker knows of.
      if (atOnce) await running?.catch(() => undefined);
      running ??= read().finally(() => {
        running = undefined;
      });
      return running;
    },
    isCompromised: async (kid) => (await parts.collection.get(kid))?.state === 'compromised',
  };
}

class LiveSet implements KeySet {
  private docs: SigningKeyDoc[] = [];
  private published: PublicKey[] = [];
  private readonly signers = new Map<string, Signer>();

  constructor(
    private readonly parts: KeyParts,
    private readonly use: KeyUse,
  ) {}

  /** At the start a key that cannot be opened is an error, not a surprise at the first token. */
  async open(): Promise<void> {
    const key = await ensureSigner(this.parts, this.use);
    await this.read();
    await openHeld(this.parts, key);
  }

  async read(): Promise<void> {
    this.docs = await keysOfSet(this.parts, this.use);
  }

  get schedule(): ScheduledKey[] {
    return scheduleOf(this.docs, this.parts.clock());
  }

  get signer(): Signer {
    const key = signingKey(this.schedule);
    if (key === null) throw new AssayError('attest.no_signer', `no ${this.use} key signs at present`);
    let signer = this.signers.get(key._id);
    if (signer === undefined) {
      signer = signerOf(this.parts, key);
      this.signers.set(key._id, signer);
    }
    return signer;
  }

  get publicKeys(): PublicKey[] {
    const keys = publishedKeys(this.schedule);
    const same =
      keys.length === this.published.length && keys.every(({ _id }, at) => this.published[at]!.kid === _id);
    if (!same) this.published = keys.map(({ publicJwk }) => publicJwk as unknown as PublicKey);
    return this.published;
  }
}

function signerOf(parts: KeyParts, key: SigningKeyDoc): Signer {
  const { _id: kid, holder } = key;
  let opened: Promise<SignBytes> | undefined;
  const headers = new Map<string, string>();
  return {
    kid,
    async sign(typ, claims) {
      // A holder that failed once is asked again.
      opened ??= openHeld(parts, key).catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      const sign = await opened;
      const header = headers.get(typ) ?? encode({ alg: 'ES256', typ, kid });
      headers.set(typ, header);
      const input = `${header}.${encode(claims)}`;
      const signature = await fromHolder(holder, () => sign(Buffer.from(input)));
      if (signature.length !== SIGNATURE_BYTES) {
        throw new AssayError(
          'attest.key_locked',
          `expected 64 bytes of signature, found ${signature.length}`,
        );
      }
      return `${input}.${Buffer.from(signature).toString('base64url')}`;
    },
  };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
