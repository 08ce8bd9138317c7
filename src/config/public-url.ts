/** The origin under which this service is reached: as configured, else made of host and port. */
import type { Config } from './config.js';

/** Addresses that only this machine reaches, or all of its own: browsers know it as localhost, and passkeys need a name. */
const LOCAL = /^(?:127\.\d+\.\d+\.\d+|::1?|0\.0\.0\.0|localhost)$/;

export function publicUrlOf({ publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>, port: number): string {
  const name = LOCAL.test(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return publicUrl ?? `http://${name}:${port}`;
}
