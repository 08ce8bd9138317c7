/**
 * The shape of a token's claims, member by member: the same rules as the zod schema `TokenClaims`, in plain code because
 * the verifier must run with jose alone (a test holds the two against each other). Unknown members are refused: what a
 * claim means is fixed by the version, and a reader must not pass over one it does not know.
 */
import type { TokenClaims } from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { CANONICALISATION } from './canonical.js';

type Rule = (value: unknown) => boolean;
type Shape = Record<string, Rule>;

/** So many bytes in base64url. */
const bytes =
  (count: number): Rule =>
  (value) =>
    typeof value === 'string' &&
    value.length === Math.ceil((count * 4) / 3) &&
    /^[A-Za-z0-9_-]+$/.test(value) &&
    // Spare bits are zero, so that no value has two spellings.
    (count % 3 === 1 ? /[AQgw]$/ : /[AEIMQUYcgkosw048]$/).test(value);
const ascii: Rule = (value) => typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value);
const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Rule =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const list =
  (most: number, each: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(each);
const object =
  (required: Shape, optional: Shape = {}): Rule =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const members = Object.entries(value);
    return (
      Object.keys(required).every((name) => Object.hasOwn(value, name)) &&
      members.every(([name, member]) => {
        const rule = Object.hasOwn(required, name)
          ? required[name]
          : Object.hasOwn(optional, name)
            ? optional[name]
            : undefined;
        return rule?.(member) ?? false;
      })
    );
  };
const uri: Rule = (value) => typeof value === 'string' && value.length <= 256 && URL.canParse(value);
/** Codes of evidence, none twice. */
const codes: Rule = (value) =>
  list(3, (code) => typeof code === 'string' && /^[a-z0-9_]{1,24}$/.test(code))(value) &&
  new Set(value as string[]).size === (value as string[]).length;
const NOT_PROVEN = new Set<unknown>(['composed', 'unique', 'uncoerced']);

const claims = object(
  {
    iss: ascii,
    aud: ascii,
    sub: bytes(16),
    acc: bytes(16),
    jti: bytes(16),
    iat: integer(0),
    exp: integer(0),
    lvl: object({ prs: integer(0, 3), unq: integer(0, 3), cmp: integer(0, 1) }),
    hal: integer(0, 3),
    evd: codes,
    con: object(
      {
        can: (value) => value === CANONICALISATION,
        h: bytes(32),
        n: integer(1, LIMITS.textCodePoints),
      },
      { w: bytes(32), salt: bytes(16) },
    ),
    status: object({ status_list: object({ idx: integer(0), uri }) }),
    np: list(3, (value) => NOT_PROVEN.has(value)),
  },
  { prev: bytes(16) },
);

/** Whether a JSON object has exactly the shape of the claims. A token does not supersede itself. */
export const isClaims = (value: unknown): value is TokenClaims =>
  claims(value) && (value as TokenClaims).prev !== (value as TokenClaims).jti;
