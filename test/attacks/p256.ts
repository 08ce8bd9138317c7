/**
 * P-256 in plain arithmetic, for the attack corpus only: signatures by RFC 6979, so that the same script always writes
 * the same bytes, and every number of a signature in reach. Slow, and not constant in time: the keys are public.
 */
import { createHash, createHmac } from 'node:crypto';
import type { PublicKey } from '../../schemas/attestation.js';

/** FIPS 186-4, D.1.2.3. */
export const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const G = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

export interface TestKey {
  /** RFC 7638 thumbprint. */
  kid: string;
  jwk: PublicKey;
  d: bigint;
}

/** Jacobian coordinates: x = X / Z², y = Y / Z³; Z = 0 is the point at infinity. */
interface Point {
  x: bigint;
  y: bigint;
  z: bigint;
}

const mod = (value: bigint, by: bigint) => ((value % by) + by) % by;

/** Extended Euclid. */
function inverse(value: bigint, by: bigint): bigint {
  let [a, b, u, v] = [mod(value, by), by, 1n, 0n];
  while (a !== 0n) {
    const q = b / a;
    [a, b, u, v] = [b - q * a, a, v - q * u, u];
  }
  return mod(v, by);
}

function double({ x, y, z }: Point): Point {
  if (z === 0n) return { x, y, z };
  const yy = (y * y) % P;
  const s = (4n * x * yy) % P;
  const zz = (z * z) % P;
  const m = mod(3n * (x - zz) * (x + zz), P);
  const x3 = mod(m * m - 2n * s, P);
  return { x: x3, y: mod(m * (s - x3) - 8n * yy * yy, P), z: (2n * y * z) % P };
}

function add(a: Point, b: Point): Point {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const [za, zb] = [(a.z * a.z) % P, (b.z * b.z) % P];
  const [ua, ub] = [(a.x * zb) % P, (b.x * za) % P];
  const [sa, sb] = [(a.y * zb * b.z) % P, (b.y * za * a.z) % P];
  if (ua === ub) return sa === sb ? double(a) : { x: 1n, y: 1n, z: 0n };
  const [h, r] = [mod(ub - ua, P), mod(sb - sa, P)];
  const hh = (h * h) % P;
  const hhh = (h * hh) % P;
  const v = (ua * hh) % P;
  const x = mod(r * r - hhh - 2n * v, P);
  return { x, y: mod(r * (v - x) - sa * hhh, P), z: (h * a.z * b.z) % P };
}

/** G, 2 G, 4 G … */
const POWERS: Point[] = [{ ...G, z: 1n }];
while (POWERS.length < 256) POWERS.push(double(POWERS.at(-1)!));

/** k · G in affine coordinates. */
function multiple(k: bigint): { x: bigint; y: bigint } {
  let sum: Point = { x: 1n, y: 1n, z: 0n };
  for (let bit = 0; bit < 256; bit++) if ((k >> BigInt(bit)) & 1n) sum = add(sum, POWERS[bit]!);
  const zi = inverse(sum.z, P);
  return { x: (sum.x * zi * zi) % P, y: (sum.y * zi * zi * zi) % P };
}

/** 32 bytes, big endian. */
export const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** The fixed key of a name. Nobody may use it for anything: its private part follows from its name. */
export function keyNamed(name: string): TestKey {
  const d = mod(numberOf(createHash('sha256').update(`assay attack corpus, ${name}`).digest()), N - 1n) + 1n;
  const { x, y } = multiple(d);
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: bytesOf(x).toString('base64url'),
    y: bytesOf(y).toString('base64url'),
  } as const;
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  return { d, jwk, kid: createHash('sha256').update(members).digest('base64url') };
}

export interface Signature {
  r: bigint;
  s: bigint;
}

/** ECDSA over a digest of 32 bytes with the nonce of RFC 6979, section 3.2. */
export function signDigest({ d }: TestKey, digest: Buffer): Signature {
  const z = numberOf(digest);
  const k = nonce(d, digest);
  const r = mod(multiple(k).x, N);
  return { r, s: mod(inverse(k, N) * (z + r * d), N) };
}

function nonce(d: bigint, digest: Buffer): bigint {
  const hmac = (key: Buffer, ...parts: Buffer[]) =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  const seed = Buffer.concat([bytesOf(d), bytesOf(mod(numberOf(digest), N))]);
  let v: Buffer = Buffer.alloc(32, 1);
  let key: Buffer = Buffer.alloc(32, 0);
  for (const tag of [0, 1]) {
    key = hmac(key, v, Buffer.from([tag]), seed);
    v = hmac(key, v);
  }
  for (;;) {
    v = hmac(key, v);
    const k = numberOf(v);
    if (k > 0n && k < N) return k;
    key = hmac(key, v, Buffer.from([0]));
    v = hmac(key, v);
  }
}

/** r ‖ s as JWS has it (RFC 7518, section 3.4). */
export const raw = ({ r, s }: Signature): Buffer => Buffer.concat([bytesOf(r), bytesOf(s)]);

/** SEQUENCE of two INTEGERs, as X.509 has it. */
export function der({ r, s }: Signature): Buffer {
  const integer = (value: bigint) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
    const body = bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, body.length]), body]);
  };
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

export const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
