/**
 * What a TPM says of the key it certifies (WebAuthn Level 3, section 8.3; TPM 2.0 Library, part 2, TPMT_PUBLIC and
 * TPMA_OBJECT). `TPM2_Certify` also signs for keys that were imported, may be copied out, or were loaded from outside, so
 * the certificate alone does not show where the key lies. `@simplewebauthn/server` checks the signature over the public
 * area and does not look at these attributes.
 */
import type { Cbor } from './cbor.js';

/** TPM_ALG_ID of what an authenticator's key may be. */
const KEY_TYPES: ReadonlySet<number> = new Set([0x0001, 0x0023]);
/** `type` and `nameAlg` of two bytes each, then `objectAttributes` of four. */
const TYPE_AT = 0;
const ATTRIBUTES_AT = 4;
const HEAD_BYTES = 8;

const FIXED_TPM = 1 << 1;
const FIXED_PARENT = 1 << 4;
const SENSITIVE_DATA_ORIGIN = 1 << 5;
/** Signs only what the TPM made itself. */
const RESTRICTED = 1 << 16;
const SIGN = 1 << 18;

const REQUIRED = FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | SIGN;

/**
 * Whether the public area says: made in this TPM, never to leave it, and to sign what a stranger asks. That it may decrypt,
 * too, as keys of Windows Hello may, says nothing of where it lies.
 * @param pubArea of the statement; what is no public area proves nothing
 */
export function provesTpmKey(pubArea: Cbor | undefined): boolean {
  if (!(pubArea instanceof Uint8Array) || pubArea.length <= HEAD_BYTES) return false;
  const area = new DataView(pubArea.buffer, pubArea.byteOffset, pubArea.byteLength);
  if (!KEY_TYPES.has(area.getUint16(TYPE_AT))) return false;
  const attributes = area.getUint32(ATTRIBUTES_AT);
  return (attributes & REQUIRED) === REQUIRED && (attributes & RESTRICTED) === 0;
}
