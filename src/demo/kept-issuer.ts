/**
 * The name the demo issues tokens under: where it was reached at its first start. It stays when a later start finds that
 * port taken, because a token names its issuer and would not hold under another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns for the place where the service is reached now, the issuer's name */
export const keptIssuer =
  (home: string) =>
  (publicUrl: string): string => {
    const file = join(home, 'issuer');
    try {
      writeFileSync(file, publicUrl, { flag: 'wx' });
      return publicUrl;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
      return readFileSync(file, 'utf8').trim();
    }
  };
