/** A TPM's attestation of a key (WebAuthn section 8.3; TPM 2.0 Library, parts 1 and 2). */
import { keyNamed, sha256 } from '../attacks/p256.js';
import { AUTHOR, type RegistrationForgery, signature } from './authenticator.js';
import { der, map, oid, sequence, set } from './bytes.js';
import { type Authority, certificate, OIDS } from './certificate.js';
import { aaguidOf, rootOf } from './models.js';

const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const u32 = (value: number) => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
const sized = (bytes: Buffer) => Buffer.concat([u16(bytes.length), bytes]);

const ALG_SHA256 = 0x000b;
const ALG_ECC = 0x0023;
const ALG_NULL = 0x0010;
const CURVE_P256 = 0x0003;

/** TPMA_OBJECT of a key that was made in the TPM, stays there and signs: fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, sign. */
export const HONEST_ATTRIBUTES = 0x00040472;
/** Bits of TPMA_OBJECT. */
export const ATTRIBUTE = {
  fixedTPM: 1 << 1,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
} as const;

/** TPMT_PUBLIC of the author's key. */
function publicArea(attributes: number): Buffer {
  const [x, y] = [AUTHOR.jwk.x, AUTHOR.jwk.y].map((text) => Buffer.from(text, 'base64url')) as [
    Buffer,
    Buffer,
  ];
  return Buffer.concat([
    u16(ALG_ECC),
    u16(ALG_SHA256),
    u32(attributes),
    u16(0),
    u16(ALG_NULL),
    u16(ALG_NULL),
    u16(CURVE_P256),
    u16(ALG_NULL),
    sized(x),
    sized(y),
  ]);
}

/** TPMS_ATTEST that certifies the public area. */
function certifyInfo(extraData: Buffer, area: Buffer): Buffer {
  const name = Buffer.concat([u16(ALG_SHA256), sha256(area)]);
  return Buffer.concat([
    Buffer.from('ff544347', 'hex'),
    u16(0x8017),
    sized(Buffer.alloc(0)),
    sized(extraData),
    Buffer.alloc(17),
    Buffer.alloc(8),
    sized(name),
    sized(name),
  ]);
}

const text = (hex: string, value: string) => set(sequence(oid(hex), der(0x0c, Buffer.from(value))));
/** Manufacturer, model and version of a TPM that does not exist; id:FFFFF1D0 is FIDO's own, for tests. */
const TPM_NAME = sequence(
  der(
    0xa4,
    sequence(text('6781050201', 'id:FFFFF1D0'), text('6781050202', 'assay'), text('6781050203', 'id:13')),
  ),
);
const AIK_USAGE = sequence(oid('6781050803'));

/**
 * @param root under which the identity key is certified
 * @param attributes what the TPM says of the key
 */
export function tpmStatement(
  forgery: Pick<RegistrationForgery, 'challenge'>,
  root: Authority = rootOf('platform'),
  attributes = HONEST_ATTRIBUTES,
): RegistrationForgery {
  const aik = keyNamed('tpm identity');
  return {
    ...forgery,
    aaguid: aaguidOf('platform'),
    format: 'tpm',
    statement: ({ authData, clientDataHash }) => {
      const area = publicArea(attributes);
      const info = certifyInfo(sha256(Buffer.concat([authData, clientDataHash])), area);
      const certified = certificate({
        subject: {},
        key: aik,
        issuer: root,
        extensions: [
          [OIDS.subjectAltName, TPM_NAME],
          [OIDS.extKeyUsage, AIK_USAGE],
        ],
      });
      return map(
        ['ver', '2.0'],
        ['alg', -7],
        ['x5c', [certified]],
        ['sig', signature(aik, info)],
        ['certInfo', info],
        ['pubArea', area],
      );
    },
  };
}
