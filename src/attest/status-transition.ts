/** The life of an issued token as a pure state machine: valid, suspended and back, superseded, revoked for good. */
import type { TokenStatus } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';

export type StatusAction = 'revoke' | 'suspend' | 'reinstate' | 'supersede';

const RESULT = {
  revoke: 'revoked',
  suspend: 'suspended',
  reinstate: 'valid',
  supersede: 'superseded',
} as const satisfies Record<StatusAction, TokenStatus>;

/** From where an action is possible; the state it leads to is always among them, so repeating is harmless. */
const FROM: Readonly<Record<StatusAction, readonly TokenStatus[]>> = {
  revoke: ['valid', 'suspended', 'superseded', 'revoked'],
  suspend: ['valid', 'suspended'],
  reinstate: ['suspended', 'valid'],
  // Suspended between the claim of its place and the change: reinstated, it would stand beside what followed it.
  supersede: ['valid', 'suspended', 'superseded'],
};

/** @throws {AssayError} `attest.transition`: nothing leads out of revoked, nor out of superseded but to revoked */
export function nextStatus(current: TokenStatus, action: StatusAction): TokenStatus {
  if (FROM[action].includes(current)) return RESULT[action];
  throw new AssayError('attest.transition', `found ${current}, which cannot ${action}`);
}
