/**
 * The session cookie. Behind https it is `__Host-assay` (Secure, this host only, whole site); on plain http, which is
 * for a service on one's own machine, it is `assay-session` without Secure: browsers disagree on whether a Secure cookie
 * may be set by http://127.0.0.1 (Chromium takes it, Safari drops it). HttpOnly and SameSite=Strict in both.
 */
import { LIMITS } from '../../schemas/limits.js';

export interface SessionCookie {
  name: string;
  /** Value of Set-Cookie that stores the secret. */
  set(secret: string): string;
  /** Value of Set-Cookie that removes it. */
  clear(): string;
  /** The secret in a Cookie header, or null. */
  read(header: string | undefined): string | null;
}

/** @param publicUrl where browsers reach the service */
export function sessionCookie(publicUrl: string): SessionCookie {
  const secure = publicUrl.startsWith('https:');
  const name = secure ? '__Host-assay' : 'assay-session';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return {
    name,
    set: (secret) => `${name}=${secret}; ${attributes}; Max-Age=${LIMITS.sessionMs / 1000}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
    read(header) {
      for (const part of header?.split(';') ?? []) {
        const at = part.indexOf('=');
        if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null;
      }
      return null;
    },
  };
}
