/**
 * The footer that a mailing list puts under every letter: told by its template, line by line, and left out of the words
 * (never out of the text itself). It begins with the line that names the list, its addresses belong to that name, and one
 * link at most leads to the list's own page. What is not exactly of the template is part of the text like any other line
 * (docs/attestation-hpt.md section 6).
 */
const NAME = '([A-Za-z0-9._\\-]{1,64})';
const ADDRESS = '([A-Za-z0-9._+\\-]{1,64}@[A-Za-z0-9.\\-]{1,128})';
const LINK = '<?(https?://[^\\s<>]{1,512}?)>?';
const NAMED = [
  `${NAME} mailing list(?: -- ${ADDRESS})?`,
  `You received this message because you are subscribed to the Google Groups "${NAME}" group\\.`,
].map((form) => new RegExp(`^${form}$`));
const ADDRESSED = [
  ADDRESS,
  `To unsubscribe send an email to ${ADDRESS}`,
  `To unsubscribe from this group and stop receiving emails from it, send an email to ${ADDRESS}\\.`,
].map((form) => new RegExp(`^${form}$`));
const LINKED = [LINK, `To view this discussion (?:on the web )?visit ${LINK}\\.?`].map(
  (form) => new RegExp(`^${form}$`),
);
const DELIMITER = /^(?:_{20,}|--)$/;
const MOST_LINES = 6;

/** Lines of a canonical text without a list's footer at its end. */
export function withoutListFooter(lines: readonly string[]): readonly string[] {
  for (let at = lines.length - 2; at >= Math.max(0, lines.length - 1 - MOST_LINES); at--) {
    if (DELIMITER.test(lines[at]!)) return isFooter(lines.slice(at + 1)) ? lines.slice(0, at) : lines;
  }
  return lines;
}

/** The first of these forms that a line has. */
const read = (forms: readonly RegExp[], line: string): RegExpExecArray | null =>
  forms.reduce<RegExpExecArray | null>((found, form) => found ?? form.exec(line), null);

function isFooter(lines: readonly string[]): boolean {
  const first = read(NAMED, lines[0]!);
  if (first === null) return false;
  const name = first[1]!.toLowerCase();
  const addresses: string[] = first[2] === undefined ? [] : [first[2]];
  const links: string[] = [];
  for (const line of lines.slice(1)) {
    const address = read(ADDRESSED, line)?.[1];
    const link = read(LINKED, line)?.[1];
    if (address !== undefined) addresses.push(address);
    else if (link !== undefined) links.push(link);
    else return false;
  }
  const parts = addresses.map((address) => address.toLowerCase().split('@') as [string, string]);
  return (
    parts.every(
      ([local]) => local === name || (/^[+-]/.test(local.slice(name.length)) && local.startsWith(name)),
    ) &&
    links.length <= 1 &&
    links.every((link) => parts.some(([, domain]) => isPageOfList(link.replace(/\.$/, ''), name, domain)))
  );
}

/** Whether an address is on a host of the list's domain and names the list in its path. */
function isPageOfList(link: string, name: string, domain: string): boolean {
  const [, host, path] = /^https?:\/\/([^/?#]*)([^?#]*)/.exec(link.toLowerCase())!;
  // The addresses and the pages of Google's groups have two domains.
  const own = domain === 'googlegroups.com' ? 'groups.google.com' : domain;
  const names = [name, `${name}@${domain}`, `${name}.${domain}`];
  return (host === own || host!.endsWith(`.${own}`)) && path!.split('/').some((part) => names.includes(part));
}
