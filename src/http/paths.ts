/** From endpoint paths (`/v1/items/{id}`) to routes, and from a request's path to what may be done there (404, 405, OPTIONS). */
import type { Endpoint } from '../api/endpoint.js';

// biome-ignore lint/suspicious/noExplicitAny: the table holds endpoints of every shape
export type AnyEndpoint<C> = Endpoint<C, any, any, any>;

/** `/v1/items/{id}` → `/v1/items/:id`. */
export const routePath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

interface Place {
  pattern: RegExp;
  methods: Set<string>;
  cors: boolean;
}

/** Which methods a path knows, over all endpoints. */
export class Paths {
  readonly #places = new Map<string, Place>();

  constructor(endpoints: Iterable<Pick<AnyEndpoint<never>, 'path' | 'method' | 'cors'>>) {
    for (const { path, method, cors = false } of endpoints) {
      const source = path
        .split(/\{\w+\}/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^/]+');
      const place = this.#places.get(path) ?? {
        pattern: new RegExp(`^${source}$`),
        methods: new Set(),
        cors,
      };
      place.methods.add(method.toUpperCase());
      if (method === 'get') place.methods.add('HEAD');
      place.cors ||= cors;
      this.#places.set(path, place);
    }
  }

  /** Methods of a request's path, or null when there is nothing at that path. */
  at(path: string): { methods: string[]; cors: boolean } | null {
    const found = [...this.#places.values()].filter(({ pattern }) => pattern.test(path));
    if (found.length === 0) return null;
    return {
      methods: [...new Set(found.flatMap(({ methods }) => [...methods]))].sort(),
      cors: found.some(({ cors }) => cors),
    };
  }
}
