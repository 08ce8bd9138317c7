/** The badge's element on a small double of the document; test/src/client/browser.e2e.test.ts has the real one. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { VerifyResult } from '../../../schemas/attestation.js';
import type { HumanBadge } from '../../../src/client/badge.js';
import { HOLDS } from './kit.js';

class Node {
  textContent = '';
  open = false;
  focused = false;
  readonly children: Node[] = [];
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, (event: object) => void>();
  constructor(readonly localName: string) {}
  append(...nodes: Node[]): void {
    this.children.push(...nodes);
  }
  replaceChildren(...nodes: Node[]): void {
    this.children.splice(0, this.children.length, ...nodes);
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.listeners.set(name, listener);
  }
  querySelector(name: string): Node | null {
    return this.children.find((child) => child.localName === name) ?? null;
  }
  focus(): void {
    this.focused = true;
  }
  get text(): string {
    return [this.textContent, ...this.children.map((child) => child.text)].filter(Boolean).join(' ');
  }
}
class Root extends Node {
  adoptedStyleSheets: { css: string }[] = [];
}
class Element extends Node {
  root: Root | undefined;
  constructor() {
    super('human-badge');
  }
  attachShadow(): Root {
    this.root = new Root('root');
    return this.root;
  }
}
class Sheet {
  css = '';
  replaceSync(css: string): void {
    this.css = css;
  }
}

const defined = new Map<string, unknown>();
let Badge: typeof HumanBadge;
beforeAll(async () => {
  Object.assign(globalThis, {
    HTMLElement: Element,
    CSSStyleSheet: Sheet,
    document: { createElement: (name: string) => new Node(name) },
    customElements: {
      get: (name: string) => defined.get(name),
      define: (name: string, made: unknown) => void defined.set(name, made),
    },
  });
  ({ HumanBadge: Badge } = await import('../../../src/client/badge.js'));
});

const RESULT: VerifyResult = { ...HOLDS, hal: 1, lvl: { prs: 1, unq: 0, cmp: 0 }, jti: 'x' };

const made = () => {
  const badge = new Badge();
  const { root } = badge as unknown as Element;
  const element = badge as unknown as Element & HumanBadge;
  return {
    badge,
    element,
    connect: () => badge.connectedCallback(),
    details: () => (element.root ?? root)!.children[0]!,
  };
};

describe('the element', () => {
  test('defines itself, and draws nothing before it is in a page', () => {
    expect(defined.get('human-badge')).toBe(Badge);
    const { badge, element } = made();
    badge.result = RESULT;
    expect(element.root).toBeUndefined();
  });

  test('draws with one adopted sheet for all badges, and keeps open what is open', () => {
    const one = made();
    const two = made();
    one.connect();
    two.connect();
    expect(one.element.root!.adoptedStyleSheets[0]!.css).toContain(':focus-visible');
    expect(two.element.root!.adoptedStyleSheets[0]).toBe(one.element.root!.adoptedStyleSheets[0]);
    expect(one.details().text).toContain('attestation not checked');
    one.details().open = true;
    one.badge.result = RESULT;
    expect(one.badge.result).toBe(RESULT);
    expect(one.details().open).toBe(true);
    expect(one.details().text).toContain("approved by the account's key");
    expect(one.details().text).toContain('Not proven:');
    one.connect();
    expect(one.details().text).toContain("approved by the account's key");
  });

  test('takes the platform and a result written as JSON, and nothing it cannot read', () => {
    const { element, connect, details } = made();
    connect();
    element.setAttribute('platform', 'Forum');
    const vouched = { ...RESULT, hal: 2, lvl: { prs: 1, unq: 1, cmp: 0 } };
    element.attributeChangedCallback('result', null, JSON.stringify(vouched));
    expect(details().text).toContain('account vouched for by Forum');
    element.attributeChangedCallback('platform', null, 'Forum');
    expect(details().text).toContain('account vouched for by Forum');
    for (const json of [
      '{',
      '7',
      '{}',
      '{"errors":[]}',
      '[]',
      JSON.stringify({ ...RESULT, lvl: {} }),
      null,
    ]) {
      element.attributeChangedCallback('result', null, json);
      expect(details().text).toContain('attestation not checked');
    }
    element.attributeChangedCallback('result', null, 'null');
    expect(details().text).toContain('no attestation');
  });

  test('draws what was set though it is no result as one that was not checked', () => {
    const { badge, connect, details } = made();
    connect();
    for (const result of [{ errors: [] }, 7, 'x', { ...RESULT, notProven: null }]) {
      badge.result = result as unknown as VerifyResult;
      expect(details().text).toContain('attestation not checked');
    }
  });

  test('finds a result that was set before it was defined', () => {
    const { badge, connect, details } = made();
    Object.defineProperty(badge, 'result', { value: RESULT, configurable: true });
    connect();
    expect(details().text).toContain("approved by the account's key");
    expect(Object.hasOwn(badge, 'result')).toBe(false);
  });

  test('closes by Escape and gives the focus back; other keys are the page’s', () => {
    const { connect, details } = made();
    connect();
    const shown = details();
    let stopped = 0;
    const press = (key: string) => shown.listeners.get('keydown')!({ key, stopPropagation: () => stopped++ });
    press('Escape');
    shown.open = true;
    press('a');
    expect([shown.open, stopped]).toEqual([true, 0]);
    press('Escape');
    expect([shown.open, stopped, shown.querySelector('summary')!.focused]).toEqual([false, 1, true]);
  });
});
