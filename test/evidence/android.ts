/** Android's attestation of a key (WebAuthn section 8.4; the extension is Android's KeyDescription). */
import { AUTHOR, type RegistrationForgery, signature } from './authenticator.js';
import { der, integer, map, octets, sequence, set } from './bytes.js';
import { authority, certificate, crlExtension, OIDS } from './certificate.js';
import { aaguidOf, rootOf } from './models.js';

interface Description {
  /** Security level: 0 software, 1 TEE, 2 StrongBox. */
  level?: number;
  /** 0 generated, 2 imported. */
  origin?: number;
  allApplications?: boolean;
  /** What the certificate says it was made for; default: this registration. */
  attested?: Buffer;
  /** Under a root of the forger's own, with addresses for revocation lists. */
  forged?: boolean;
  /** Where those lie. */
  crl?: string;
}

const enumerated = (value: number) => der(0x0a, Buffer.from([value]));
/** [702] and [600], explicit: tag numbers above 30. */
const ORIGIN_TAG = [0xbf, 0x85, 0x3e];
const ALL_APPLICATIONS_TAG = [0xbf, 0x84, 0x58];

function description(
  challenge: Buffer,
  { level = 1, origin = 0, allApplications = false }: Description,
): Buffer {
  const list = sequence(
    der(0xa1, set(integer(2))),
    ...(allApplications ? [der(ALL_APPLICATIONS_TAG, der(0x05))] : []),
    der(ORIGIN_TAG, integer(origin)),
  );
  return sequence(
    integer(3),
    enumerated(level),
    integer(4),
    enumerated(level),
    octets(challenge),
    octets(Buffer.alloc(0)),
    sequence(),
    list,
  );
}

export function androidStatement(
  forgery: Pick<RegistrationForgery, 'challenge'>,
  options: Description = {},
): RegistrationForgery {
  const { crl = 'http://crl.invalid/list' } = options;
  const root = options.forged
    ? authority('forged android root', { extensions: [crlExtension(crl)] })
    : rootOf('android');
  return {
    ...forgery,
    aaguid: aaguidOf('android'),
    format: 'android-key',
    statement: ({ authData, clientDataHash }) => {
      const leaf = certificate({
        subject: { CN: 'Android Keystore Key' },
        key: AUTHOR,
        issuer: root,
        extensions: [
          [OIDS.keyDescription, description(options.attested ?? clientDataHash, options)],
          ...(options.forged ? [crlExtension(crl)] : []),
        ],
      });
      const sig = signature(AUTHOR, Buffer.concat([authData, clientDataHash]));
      return map(['alg', -7], ['sig', sig], ['x5c', [leaf, root.bytes]]);
    },
  };
}
