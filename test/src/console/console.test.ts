/** The console over HTTP, as a browser without scripts sees it: signing in, queue, item, review, feed, overview. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'parse5';
import { LIMITS } from '../../../schemas/limits.js';
import { createLink } from '../../../src/access/sessions.js';
import { STYLE_PATH } from '../../../src/console/assets.js';
import { startService } from '../api/service.js';
import { type ConsoleRig, openConsole } from './rig.js';
import { AWKWARD_REPLY, PERSON_REPLY } from './texts.js';

let rig: ConsoleRig;
let cookie: string;

interface Node {
  nodeName: string;
  value?: string;
  attrs?: { name: string; value: string }[];
  childNodes?: Node[];
}

/** Every element of a kind inside a node, in order. */
function inside(node: Node, name: string): Node[] {
  const below = (node.childNodes ?? []).flatMap((child) => inside(child, name));
  return node.nodeName === name ? [node, ...below] : below;
}

/** A page as its parser sees it. */
class Page {
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly source: string,
  ) {}

  /** Every element of a kind, in order. */
  all(name: string): Node[] {
    return inside(parse(this.source) as unknown as Node, name);
  }

  text(name: string): string[] {
    return this.all(name).map(textOf);
  }

  /** Value of a form field. */
  field(name: string): string {
    const input = this.all('input').find((node) => attr(node, 'name') === name);
    return attr(input as Node, 'value') ?? '';
  }
}

const textOf = (node: Node): string => node.value ?? (node.childNodes ?? []).map(textOf).join('');
const attr = (node: Node, name: string) => node.attrs?.find((one) => one.name === name)?.value;
const withClass = (page: Page, name: string, cls: string) =>
  page.all(name).filter((node) => attr(node, 'class')?.split(' ').includes(cls));

async function get(path: string, headers: Record<string, string> = { cookie }): Promise<Page> {
  const response = await fetch(rig.service.url + path, { headers, redirect: 'manual' });
  return new Page(response.status, response.headers, await response.text());
}

async function submit(
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { cookie },
): Promise<Page> {
  const init = { method: 'POST', headers, redirect: 'manual', body: new URLSearchParams(fields) } as const;
  const response = await fetch(rig.service.url + path, init);
  return new Page(response.status, response.headers, await response.text());
}

const itemPath = (external: string) => `/console/items/${rig.id(external)}`;

beforeAll(async () => {
  rig = await openConsole({ many: 28 });
  cookie = await rig.signIn();
});
afterAll(() => rig.close());

describe('signing in', () => {
  test('opening a link uses nothing up; the button does, once', async () => {
    const link = await rig.link();
    for (let visits = 0; visits < 3; visits += 1) {
      const page = await get(`/console/login?link=${link}`, {});
      expect(page.status).toBe(200);
      expect(page.headers.get('set-cookie')).toBeNull();
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page.field('link')).toBe(link);
    }
    const redeemed = await submit('/console/login', { link }, { 'sec-fetch-site': 'same-origin' });
    expect([redeemed.status, redeemed.headers.get('location')]).toEqual([303, '/console']);
    expect(redeemed.headers.get('set-cookie')).toMatch(
      /^assay-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/,
    );
    const again = await submit('/console/login', { link }, {});
    expect(again.status).toBe(401);
    expect(again.source).toContain('This link was used before or has expired.');
  });

  test('is not done for a page elsewhere', async () => {
    const answer = await submit(
      '/console/login',
      { link: await rig.link() },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('is explained to whoever comes without a link or a session', async () => {
    expect((await get('/console/login', {})).text('h1')).toEqual(['Sign in']);
    const page = await get('/console/queue', {});
    expect([page.status, page.text('h1')]).toEqual([401, ['You are not signed in']]);
    expect(page.source).toContain('one-time link');
  });

  test('ends with the button, and the session with it', async () => {
    const mine = await rig.signIn();
    const page = await get('/console', { cookie: mine });
    const csrf = page.field('csrf');
    expect((await submit('/console/logout', {}, { cookie: mine })).status).toBe(403);
    const out = await submit('/console/logout', { csrf }, { cookie: mine });
    expect(out.text('h1')).toEqual(['You are signed out']);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await get('/console', { cookie: mine })).status).toBe(401);
  });

  test('sets a __Host- cookie where browsers come by https', async () => {
    const secure = await startService({ publicUrl: 'https://assay.example' });
    try {
      const link = await createLink(secure.context, { tenant: 'acme', user: 'mara', scopes: ['read'] });
      const body = new URLSearchParams({ link });
      const init = { method: 'POST', redirect: 'manual', body } as const;
      const { headers } = await fetch(`${secure.url}/console/login`, init);
      expect(headers.get('set-cookie')).toMatch(
        /^__Host-assay=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure/,
      );
      expect(headers.get('strict-transport-security')).toContain('max-age');
    } finally {
      await secure.close();
    }
  });

  test('lasts as long as a session', async () => {
    const mine = await rig.signIn();
    rig.service.advance(LIMITS.sessionMs + 1);
    expect((await get('/console', { cookie: mine })).status).toBe(401);
    cookie = await rig.signIn();
  });
});

describe('every page', () => {
  const pages = () => ['/console', '/console/queue', '/console/feed', itemPath('bob'), '/console/login'];

  test('has one h1, a title, labels, no inline style or script, and nothing from elsewhere', async () => {
    for (const path of pages()) {
      const page = await get(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect([path, page.all('h1').length, page.all('main').length]).toEqual([path, 1, 1]);
      expect(page.text('title')[0]).toContain('Assay');
      expect(page.source).not.toMatch(/<style|style="| on\w+="|javascript:|https?:\/\/(?!assay\.example)/i);
      for (const script of page.all('script')) expect(attr(script, 'src')).toMatch(/^\/console\/assets\//);
      const visible = [...page.all('select'), ...page.all('textarea'), ...page.all('input')].filter(
        (node) => attr(node, 'type') !== 'hidden',
      );
      const labelled = page.all('label').flatMap((label) => label.childNodes ?? []);
      for (const control of visible)
        expect(labelled.some(({ nodeName }) => nodeName === control.nodeName)).toBe(true);
      const levels = [1, 2, 3, 4].flatMap((level) => (page.all(`h${level}`).length > 0 ? [level] : []));
      expect(levels).toEqual(levels.map((_, index) => index + 1));
    }
  });

  test('answers a key too, without forms that need a session', async () => {
    const key = await rig.service.key(['read']);
    const page = await get(itemPath('bob'), key);
    expect(page.status).toBe(200);
    expect(page.all('form')).toHaveLength(0);
  });

  test('shows nothing of another tenant', async () => {
    const other = await rig.signIn(['read', 'moderate'], 'olga', 'umbrella');
    expect((await get(itemPath('bob'), { cookie: other })).status).toBe(404);
    expect((await get('/console/queue?band=any', { cookie: other })).text('h2')[0]).toBe('0 items');
    expect((await get('/console/feed', { cookie: other })).source).toContain('There are no posts here.');
    expect((await get('/console', { cookie: other })).source).toContain('Nothing was flagged yet.');
  });
});

describe('assets', () => {
  test('may be kept, and are what the pages ask for', async () => {
    const style = await get(STYLE_PATH, {});
    expect(style.headers.get('content-type')).toContain('text/css');
    expect(style.headers.get('cache-control')).toContain('max-age');
    expect((await get('/console', { cookie })).source).toContain(STYLE_PATH);
    expect((await get('/console/assets/live.js', {})).headers.get('content-type')).toContain('javascript');
    expect((await get('/console/assets/icon.svg', {})).headers.get('content-type')).toBe('image/svg+xml');
  });
});

describe('the queue', () => {
  const rows = (page: Page) => withClass(page, 'li', 'row');
  const titles = (page: Page) => rows(page).map((row) => textOf(row));

  test('shows flagged items, newest first, with band, probability, attestation and time', async () => {
    const page = await get('/console/queue');
    expect(page.text('h2')[0]).toBe('33 items');
    expect(rows(page)).toHaveLength(25);
    const times = page.all('time').map((node) => attr(node, 'datetime') as string);
    expect(times).toEqual([...times].sort().reverse());
    const bob = titles(page).find((title) => title.includes('by bob')) as string;
    expect(bob).toContain('Reads as machine-written');
    expect(bob).toMatch(/>99\.9% \(99\.9% to >99\.9%\)/);
    expect(bob).toContain('Approved by the account’s key');
    expect(page.source).not.toContain('Agree with this.');
  });

  test('goes on to older items and back, without repeating any', async () => {
    const first = await get('/console/queue');
    const next = first.all('a').find((node) => attr(node, 'rel') === 'next') as Node;
    const second = await get(attr(next, 'href') as string);
    expect(rows(second)).toHaveLength(8);
    const links = [first, second].flatMap((page) =>
      rows(page).map((row) => attr(inside(row, 'a')[0] as Node, 'href')),
    );
    expect(new Set(links).size).toBe(33);
    expect(second.text('a')).toContain('Newest');
    expect(second.text('h2')[0]).toContain('older ones shown');
  });

  test.each([
    ['band=uncertain', 3],
    ['band=insufficient', 1],
    ['band=no_machine_signs&kind=post', 4],
    ['band=any&kind=email', 2],
    ['platform=chat&band=any', 1],
    ['band=&kind=&platform=&review=&q=&author=', 25],
    ['q=traders', 1],
    ['q=Traders+FOOTFALL', 1],
    ['q=traders+footfall+resilience', 1],
    ['q=traders+footfall+submarine', 0],
    ['q=traders&band=uncertain', 0],
    ['author=account-bob', 1],
    ['author=account-ann&q=doored+lol+nothing', 3],
    ['review=open&band=any&kind=email', 1],
    ['review=decided&band=any', 0],
  ])('narrows by %s', async (query, expected) => {
    const page = await get(`/console/queue?${query}`);
    expect([page.status, rows(page).length]).toEqual([200, expected]);
  });

  test('keeps what was chosen in the form and in its links', async () => {
    const page = await get('/console/queue?band=any&kind=post&q=%22%3E%3Cb%3E+cycle&author=account-bob');
    const chosen = page.all('option').filter((node) => attr(node, 'selected') !== undefined);
    expect(chosen.map((node) => attr(node, 'value'))).toEqual(['any', '', 'post', '']);
    expect(page.field('q')).toBe('"><b> cycle');
    expect(page.source).toContain('Only items by <bdi>account-bob</bdi>');
    expect(page.all('b')).toHaveLength(0);
  });

  test.each(['band=nonsense', 'kind=x', 'after=nonsense', `q=${'x'.repeat(201)}`, 'band=machine&band=any'])(
    'answers %s with a page that says so',
    async (query) => {
      const page = await get(`/console/queue?${query}`);
      expect(page.status).toBe(400);
      expect(page.all('h1')).toHaveLength(1);
    },
  );
});

describe('an item’s page', () => {
  test('shows text with marks, band with its limits, reasons, budget and provenance', async () => {
    const page = await get(itemPath('bob'));
    expect(page.all('mark').length).toBeGreaterThan(8);
    const text = page.source;
    expect(text).toContain('What this does not mean.');
    expect(text).toContain('At most 1 in 100 human texts are called this');
    expect(text).toContain('stand 2 times in this text');
    expect(text).toContain('speaks strongly for a machine (+3.20 nats)');
    expect(text).toContain('ab'.repeat(32));
    expect(text).toContain('canonical@1');
    expect(page.text('h2')).toEqual([
      'Text',
      'What the detector says',
      'Reasons',
      'Review',
      'Attestation',
      'Where this comes from',
      'Verdicts',
    ]);
  });

  test('keeps the attestation apart and calls a key a key', async () => {
    const section = async (external: string) => {
      const page = await get(itemPath(external));
      const found = page.all('section').find((node) => attr(node, 'aria-labelledby') === 'attestation');
      return textOf(found as Node);
    };
    const bob = await section('bob');
    expect(bob).toContain('Approved by the account’s key');
    expect(bob).not.toMatch(/human|verified/i);
    expect(bob).toContain('does not prove who or what composed the words');
    expect(await section('ann')).toContain('account vouched for by forum');
    expect(await section('thief')).toContain('belongs to another account');
    expect(await section('edited')).toContain('edited or swapped');
    expect(await section('forged')).toContain('not a valid token');
    expect(await section('plain')).toContain('No attestation came with it');
  });

  test('shows hostile text as text, in the body, names and title', async () => {
    const page = await get(itemPath('awkward'));
    const [received] = withClass(page, 'div', 'received') as [Node];
    const plain = AWKWARD_REPLY.replace('\u202e', 'RLO')
      .replace('\u202c', 'PDF')
      .replace('\u200b\u200b\u200b', 'ZWSP×3');
    expect(textOf(received)).toBe(plain);
    expect([page.all('img').length, page.all('i').length, page.all('b').length]).toEqual([1, 0, 0]);
    expect(page.text('h1')[0]).toBe('Post on forum by <i>"eve\'');
    expect(page.source).not.toMatch(/[\u202a-\u202e]/);
  });

  test('shows the source of HTML, and a preview as a reader would see it', async () => {
    const page = await get(itemPath('markup'));
    const [received] = withClass(page, 'div', 'received') as [Node];
    expect(textOf(received)).toContain('<a href="https://news.example/a?utm_source=x">the article</a>');
    expect(page.source).toContain('Received as HTML.');
    const queue = await get('/console/queue?q=reactions');
    expect(queue.source).toContain('tapestry of reactions &amp; opinions is vibrant.');
  });

  test('lets a long text scroll in its place, reachable by keyboard', async () => {
    await rig.post('epic', { text: `${PERSON_REPLY}\n`.repeat(30), conversationId: 'epic' });
    const [text] = withClass(await get(itemPath('epic')), 'div', 'long') as [Node];
    expect([attr(text, 'tabindex'), attr(text, 'role'), attr(text, 'aria-label')]).toEqual([
      '0',
      'region',
      'The text',
    ]);
    expect(withClass(await get(itemPath('bob')), 'div', 'long')).toEqual([]);
  });

  test('shows a letter with its subject', async () => {
    const page = await get(itemPath('letter-1'));
    expect(page.text('h1')).toEqual(['Quick question about your invoice process']);
    expect(page.source).toContain('E-mail from');
    expect(page.source).not.toContain('as a reader sees it');
  });

  test('says what the bands without a flag mean', async () => {
    expect((await get(itemPath('short'))).source).toContain('It says nothing in either direction.');
    expect((await get(itemPath('ann'))).source).toContain('It is not proof of a person');
    const uncertain = await get(itemPath('uncertain'));
    expect(uncertain.source).toContain('The detector named no single reason.');
    expect(uncertain.source).toContain('Nobody has to look at this.');
  });

  test('keeps earlier texts, and after a deletion no text at all', async () => {
    await rig.post('rewritten', { text: PERSON_REPLY });
    await rig.post('rewritten', { version: 2, text: `${PERSON_REPLY} Edit: it works again.` });
    const edited = await get(itemPath('rewritten'));
    expect(edited.text('h2')).toContain('Earlier texts');
    expect(edited.text('summary')[0]).toContain('Version 1');
    await rig.remove('rewritten', 3);
    const gone = await get(itemPath('rewritten'));
    expect(gone.status).toBe(200);
    expect(gone.source).toContain('The text was deleted on the platform');
    expect(gone.source).not.toContain('doored');
    expect(gone.source).toContain('Deleted on the platform');
  });

  test('is not there for an unknown id', async () => {
    const page = await get('/console/items/unknown');
    expect([page.status, page.text('h1')]).toEqual([404, ['There is nothing here.']]);
  });
});

describe('the review form', () => {
  const form = (page: Page) => ({
    csrf: page.field('csrf'),
    seq: page.field('seq'),
    version: page.field('version'),
  });
  const buttons = (page: Page) =>
    page.all('button').flatMap((node) => (attr(node, 'name') === 'act' ? [attr(node, 'value')] : []));

  test('offers what may be done now, and takes it', async () => {
    const page = await get(itemPath('plain'));
    expect(buttons(page)).toEqual(['uphold', 'dismiss', 'comment', 'claim', 'escalate']);
    const path = `${itemPath('plain')}/review`;
    const claimed = await submit(path, { ...form(page), act: 'claim', note: '' });
    expect([claimed.status, claimed.headers.get('location')]).toEqual([303, `${itemPath('plain')}#review`]);
    const mine = await get(itemPath('plain'));
    expect(buttons(mine)).toEqual(['uphold', 'dismiss', 'comment', 'release', 'escalate']);
    const others = await get(itemPath('plain'), { cookie: await rig.signIn(['read', 'moderate'], 'noor') });
    expect(buttons(others)).toEqual(['comment']);
    expect(others.source).toMatch(/by <bdi>mara<\/bdi> until/);
    const note = 'Two accounts,\r\nthe same <turns>.';
    expect((await submit(path, { ...form(mine), act: 'uphold', note })).status).toBe(303);
    const decided = await get(itemPath('plain'));
    expect(decided.source).toContain('The flag stands, decided by <bdi>mara</bdi>.');
    expect(decided.text('blockquote')).toEqual(['Two accounts,\nthe same <turns>.']);
    expect(buttons(decided)).toEqual(['comment', 'open', 'close']);
    expect((await get('/console/queue?review=decided&band=any')).text('h2')[0]).toBe('1 item');
  });

  test('is refused when it is out of date, without a note, or without its token', async () => {
    const path = `${itemPath('markup')}/review`;
    const page = await get(itemPath('markup'));
    expect((await submit(path, { ...form(page), csrf: 'x', act: 'claim' })).status).toBe(403);
    const unexplained = await submit(path, { ...form(page), act: 'dismiss', note: ' ' });
    expect([unexplained.status, unexplained.source.includes('/note')]).toEqual([400, true]);
    expect((await submit(path, { ...form(page), act: 'claim' })).status).toBe(303);
    const late = await submit(path, { ...form(page), act: 'dismiss', note: 'late' });
    expect(late.status).toBe(409);
    expect(late.all('a').map((node) => attr(node, 'href'))).toContain(itemPath('markup'));
    expect((await submit(path, { ...form(page), seq: '-1', act: 'claim' })).status).toBe(400);
  });

  test('is not offered to those who only read, nor taken from them', async () => {
    const reader = await rig.signIn(['read'], 'rita');
    const page = await get(itemPath('bob'), { cookie: reader });
    expect(buttons(page)).toEqual([]);
    const fields = { csrf: page.field('csrf'), seq: '0', version: '1', act: 'claim' };
    expect((await submit(`${itemPath('bob')}/review`, fields, { cookie: reader })).status).toBe(403);
  });
});

describe('the next item', () => {
  test('is the one that has been open longest, and the queue when none is', async () => {
    const page = await get('/console/next');
    expect([page.status, page.headers.get('location')]).toEqual([303, itemPath('crowd-0')]);
    const other = await rig.signIn(['read'], 'olga', 'umbrella');
    const none = await get('/console/next', { cookie: other });
    expect(none.headers.get('location')).toBe('/console/queue?band=any&review=open');
  });
});

describe('the reader’s feed', () => {
  const lane = '/console/feed?platform=forum&conversation=lane';
  const hidden = (page: Page) =>
    withClass(page, 'li', 'hidden-post').map((node) => attr(node, 'data-reason'));

  test('hides nothing under “all” and says what is known of each post', async () => {
    const page = await get(lane);
    expect(hidden(page)).toEqual([]);
    expect(page.text('h2')).toEqual(['11 posts shown, 0 hidden']);
    expect(page.source).toContain('The attestation belongs to another account.');
  });

  test('hides by reason under “approved”, the copy and not the original among them', async () => {
    const page = await get(`${lane}&filter=approved`);
    expect(hidden(page).sort()).toEqual([
      'edited',
      'forged',
      'no_token',
      'no_token',
      'no_token',
      'no_token',
      'no_token',
      'other_account',
      'reused',
    ]);
    expect(page.text('h2')).toEqual(['2 posts shown, 9 hidden']);
    expect(withClass(page, 'ul', 'because').map(textOf)[0]).toContain('5 There is no attestation.');
  });

  test('asks for more than a key under “humans”', async () => {
    const page = await get(`${lane}&filter=humans`);
    expect(hidden(page)).toContain('below_minimum');
    expect(page.text('h2')).toEqual(['1 post shown, 10 hidden']);
    expect(page.source).toContain('No level proves who composed the words.');
  });

  test('shows a platform or everything newest first, and offers conversations with attested posts', async () => {
    const page = await get('/console/feed?platform=forum');
    const times = withClass(page, 'li', 'post').map((row) =>
      attr(inside(row, 'time')[0] as Node, 'datetime'),
    );
    expect(times).toEqual([...times].sort().reverse());
    expect(page.source).toContain('conversation=lane');
    expect(page.text('summary')).toContain('Conversations with attested posts');
    expect(page.source).toContain('(3 posts)');
    expect((await get('/console/feed?platform=&conversation=&filter=')).status).toBe(200);
    expect((await get('/console/feed?conversation=lane')).text('h2')[0]).toContain('12 posts');
    expect((await get('/console/feed?filter=nonsense')).status).toBe(400);
  });

  test('falls back to the source without tags for HTML no reader would show', async () => {
    await rig.post('nested', { html: `${'<b>'.repeat(600)}deep &amp; down`, conversationId: 'deep' });
    expect((await get('/console/feed?conversation=deep')).source).toContain('deep &amp;amp; down');
  });

  test('shows HTML as its text and cuts long posts between characters', async () => {
    await rig.post('long', { text: `${'x'.repeat(599)}${'👍'.repeat(100)}`, conversationId: 'long' });
    const page = await get('/console/feed?conversation=long');
    expect(page.source).toContain(`${'x'.repeat(599)}…`);
    expect((await get(lane)).source).toContain('reactions &amp; opinions');
  });
});

describe('the overview', () => {
  test('counts bands per kind, what is open, and shows the newest flagged', async () => {
    const page = await get('/console');
    expect(page.text('caption')).toEqual(['Posts by verdict', 'E-mails by verdict']);
    expect(page.source).toContain('/console/queue?kind=email&amp;band=machine');
    expect(withClass(page, 'li', 'row')).toHaveLength(6);
    expect(page.all('meta').some((node) => attr(node, 'http-equiv') === 'refresh')).toBe(false);
  });

  test('refreshes by itself when it is asked to, and gives its script the counters alone', async () => {
    const page = await get('/console?refresh=yes');
    expect(page.all('meta').some((node) => attr(node, 'http-equiv') === 'refresh')).toBe(true);
    expect(page.source).toContain('Stop refreshing');
    const live = await get('/console/live');
    expect(live.source).toMatch(/^<p class="figures">/);
    expect(page.source).toContain(live.source);
  });
});
