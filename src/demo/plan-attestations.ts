/**
 * Which accounts of the demo hold a key, and which posts they sign. Pure, so the same at every start. People of the two
 * machine-written threads and the busiest writers enrol; the platform vouches for some of them as aged accounts. Two of the
 * machine's accounts enrol too: a key of its own is all a program needs for hal 1, and the feed has to show that.
 */
import type { PostItem } from './stream.js';

/** What a signed post of the demo is there to show. */
export type Showing =
  /** Signed and carried as it should be. */
  | 'sound'
  /** The token was signed before the last paragraph was added. */
  | 'edited'
  /** Issued, and revoked afterwards. */
  | 'revoked';

export interface Signature {
  postId: string;
  showing: Showing;
  /** What is signed. */
  text: string;
}

export interface Signer {
  account: string;
  /** The platform vouches for it as an old, ordinary account. */
  vouched: boolean;
  signatures: Signature[];
}

export interface AttestationPlan {
  signers: Signer[];
  /** Post of another account that carries a copy of a sound token. */
  copied: { postId: string; from: string } | null;
}

const SIGNERS = 28;
/** Of so many signers … */
const OUT_OF = 3;
/** … this many are vouched for. */
const VOUCHED = 2;
const POSTS_EACH = 8;
const MACHINE_SIGNERS = 2;

const paragraphs = (text: string): string[] => text.split(/\n{2,}/);

/** Accounts with their posts, busiest first. */
function byAccount(posts: readonly PostItem[]): [string, PostItem[]][] {
  const accounts = new Map<string, PostItem[]>();
  for (const post of posts) accounts.set(post.account, [...(accounts.get(post.account) ?? []), post]);
  return [...accounts].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
}

const sound = ({ id, text }: PostItem): Signature => ({ postId: id, showing: 'sound', text });

/** Where a reader sees most: of the conversations with machine-made posts, the one in which most people write. */
export function mainArgument(posts: readonly PostItem[]): string | null {
  const people = new Map<string, number>();
  for (const { machine, conversationId } of posts) {
    if (machine) people.set(conversationId, 0);
  }
  for (const { machine, conversationId } of posts) {
    const count = people.get(conversationId);
    if (!machine && count !== undefined) people.set(conversationId, count + 1);
  }
  return [...people].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** @param posts all posts of the stream */
export function planAttestations(posts: readonly PostItem[]): AttestationPlan {
  const people = posts.filter(({ machine }) => !machine);
  const machine = byAccount(posts.filter((post) => post.machine)).slice(0, MACHINE_SIGNERS);
  const argued = new Set(posts.filter((post) => post.machine).map(({ conversationId }) => conversationId));
  const inArgument = ({ conversationId }: PostItem) => argued.has(conversationId);
  const accounts = byAccount(people);
  const concerned = accounts.filter(([, own]) => own.some(inArgument));
  const others = accounts.filter(([, own]) => !own.some(inArgument));
  // Every second person of the arguments, so that some people stand there without a token as well.
  const chosen = [...concerned.filter((_, at) => at % 2 === 0), ...others].slice(0, SIGNERS);
  const signers = chosen.map(
    ([account, own], at): Signer => ({
      account,
      vouched: at % OUT_OF < VOUCHED,
      signatures: [...own.filter(inArgument), ...own.filter((post) => !inArgument(post))]
        .slice(0, POSTS_EACH)
        .map(sound),
    }),
  );
  const signed = new Set(signers.map(({ account }) => account));
  // What fails is shown where readers look: among the newest posts of the main argument.
  const main = mainArgument(posts);
  const newest = people.filter(({ conversationId }) => conversationId === main).reverse();
  const places = new Map(newest.map(({ id }, at) => [id, at]));
  const [edited, revoked, original] = signers
    .filter(({ vouched }) => vouched)
    .flatMap(({ signatures }) =>
      signatures.filter(({ postId, text }) => places.has(postId) && paragraphs(text).length > 1),
    )
    .sort((a, b) => places.get(a.postId)! - places.get(b.postId)!);
  if (edited !== undefined) {
    Object.assign(edited, { showing: 'edited', text: paragraphs(edited.text).slice(0, -1).join('\n\n') });
  }
  if (revoked !== undefined) revoked.showing = 'revoked';
  const elsewhere = newest.find(({ account }) => !signed.has(account));
  return {
    signers: [
      ...signers,
      ...machine.map(([account, own]): Signer => ({ account, vouched: false, signatures: own.map(sound) })),
    ],
    copied:
      original === undefined || elsewhere === undefined
        ? null
        : { postId: elsewhere.id, from: original.postId },
  };
}
