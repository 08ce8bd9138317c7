/**
 * `client/badge`: the web component `<human-badge platform="Forum">`, which says beside a post what its attestation
 * proves and, when opened, what it does not. Set the property `result` to what `verify` answered, or the attribute
 * `result` to the same as JSON. Its style is an adopted style sheet and nothing is written as markup, so it works under
 * `default-src 'self'`; `<details>` makes it open by keyboard and speak to screen readers without any script of ours.
 */
import type { VerifyResult } from '../../schemas/attestation.js';
import { BADGE_STYLE } from './badge-style.js';
import { type BadgeWords, badgeWords } from './badge-words.js';

export { type BadgeState, type BadgeWords, badgeWords } from './badge-words.js';

/** Where there is no document (a server that renders pages) the module can be loaded, and defines nothing. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

const MARKS: Readonly<Record<BadgeWords['state'], string>> = {
  unchecked: '?',
  none: '–',
  account: '•',
  present: '✓',
  stale: '◔',
  broken: '✕',
};

let sheet: CSSStyleSheet | undefined;
function style(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BADGE_STYLE);
  }
  return sheet;
}

export class HumanBadge extends Base {
  static readonly observedAttributes = ['platform', 'result'];
  #result: VerifyResult | null | undefined;
  #root: ShadowRoot | undefined;

  /** What `verify` answered: null where the post carries no token, undefined while nothing was verified. */
  get result(): VerifyResult | null | undefined {
    return this.#result;
  }
  set result(result: VerifyResult | null | undefined) {
    this.#result = result;
    this.#show();
  }

  connectedCallback(): void {
    // A result that was set before the element was defined lies on the element itself and hides the setter.
    if (Object.hasOwn(this, 'result')) {
      const early = this.result;
      delete (this as { result?: unknown }).result;
      this.#result = early;
    }
    this.#root ??= this.attachShadow({ mode: 'open' });
    this.#root.adoptedStyleSheets = [style()];
    this.#show();
  }

  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    if (name === 'result') this.#result = value === null ? undefined : readResult(value);
    this.#show();
  }

  #show(): void {
    if (this.#root === undefined) return;
    const words = badgeWords(this.#result, this.getAttribute('platform') || 'the platform');
    const before = this.#root.querySelector('details');
    const details = badge(words);
    details.open = before?.open ?? false;
    details.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !details.open) return;
      details.open = false;
      details.querySelector('summary')?.focus();
      event.stopPropagation();
    });
    this.#root.replaceChildren(details);
  }
}

/** The answer of a verifier as JSON; what cannot be read was not checked, and what is no answer `badgeWords` finds out. */
function readResult(json: string): VerifyResult | null | undefined {
  try {
    return JSON.parse(json) as VerifyResult | null;
  } catch {
    return undefined;
  }
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

function badge({ state, label, details, notProven }: BadgeWords): HTMLDetailsElement {
  const summary = element('summary', '');
  summary.append(
    element('span', MARKS[state], { 'aria-hidden': 'true', class: 'mark' }),
    element('span', label, { class: 'label' }),
  );
  const panel = element('div', '', { class: 'panel', role: 'group', 'aria-label': 'About this attestation' });
  panel.append(...details.map((sentence) => element('p', sentence)));
  if (notProven.length > 0) {
    const list = element('ul', '', { 'aria-label': 'Not proven' });
    list.append(...notProven.map((sentence) => element('li', sentence)));
    panel.append(element('p', 'Not proven:', { class: 'heading' }), list);
  }
  const whole = element('details', '', { class: state });
  whole.append(summary, panel);
  return whole;
}

if (globalThis.customElements !== undefined && customElements.get('human-badge') === undefined) {
  customElements.define('human-badge', HumanBadge);
}
