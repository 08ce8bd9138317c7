/**
 * Style sheet, icon and the one small script, served from memory. Browsers may keep them for a day; the addresses of style
 * sheet and script carry a hash, so a newer page asks for newer ones.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineEndpoint } from '../api/endpoint.js';

const read = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');

const STYLE = read('console.css');
const SCRIPT = read('live.browser.js');
const ICON = read('icon.svg');

const versioned = (path: string, content: string): string =>
  `${path}?v=${createHash('sha256').update(content).digest('base64url').slice(0, 12)}`;

export const STYLE_PATH = versioned('/console/assets/console.css', STYLE);
export const LIVE_SCRIPT_PATH = versioned('/console/assets/live.js', SCRIPT);

const asset = (path: string, mediaType: string, content: string) =>
  defineEndpoint<unknown>()({
    method: 'get',
    path,
    access: 'public',
    tag: 'Console',
    summary: 'A file of the console’s pages',
    responses: { 200: { description: 'The file', mediaType } },
    async handle() {
      return {
        status: 200,
        headers: { 'Cache-Control': 'public, max-age=86400' },
        raw: { mediaType, content },
      };
    },
  });

export const ASSET_ENDPOINTS = [
  asset('/console/assets/console.css', 'text/css; charset=utf-8', STYLE),
  asset('/console/assets/live.js', 'text/javascript; charset=utf-8', SCRIPT),
  asset('/console/assets/icon.svg', 'image/svg+xml', ICON),
];
