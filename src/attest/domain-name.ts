/**
 * Which names of platforms are domain names that anybody can prove to control over the public internet. All other names
 * (`mail`, `forum`) belong to nobody by themselves, so only the operator gives them out.
 */

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A top-level name is letters, or letters in Punycode: what ends in a number is an address. */
const TOP = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
/** Names that mean something only inside a network, or nothing at all (RFC 6761, RFC 6762, RFC 7686, RFC 9476, ICANN's `internal`). */
const SPECIAL = new Set(
  'alt arpa example home corp internal intranet invalid lan local localdomain localhost mail onion private test'.split(
    ' ',
  ),
);

/** @param name in lower case, as PlatformName allows it */
export function isDomainName(name: string): boolean {
  const labels = name.split('.');
  const top = labels.at(-1)!;
  return (
    labels.length > 1 && labels.every((label) => LABEL.test(label)) && TOP.test(top) && !SPECIAL.has(top)
  );
}
