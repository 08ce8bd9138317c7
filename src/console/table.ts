/** The endpoints of the console, for the table in `src/api/table.ts`. */
import { ASSET_ENDPOINTS } from './assets.js';
import { DECIDE_ENDPOINTS } from './decide.js';
import { FEED_ENDPOINTS } from './feed.js';
import { ITEM_ENDPOINTS } from './item.js';
import { LOGIN_ENDPOINTS } from './login.js';
import { NEXT_ENDPOINTS } from './next.js';
import { OVERVIEW_ENDPOINTS } from './overview.js';
import { QUEUE_ENDPOINTS } from './queue.js';

export const CONSOLE_ENDPOINTS = [
  ...LOGIN_ENDPOINTS,
  ...OVERVIEW_ENDPOINTS,
  ...QUEUE_ENDPOINTS,
  ...ITEM_ENDPOINTS,
  ...DECIDE_ENDPOINTS,
  ...NEXT_ENDPOINTS,
  ...FEED_ENDPOINTS,
  ...ASSET_ENDPOINTS,
];
