/** What the manifests may name: settings and endpoints of the service itself. */
import { ENDPOINTS } from '../../src/api/table.js';
import { SETTINGS } from '../../src/config/settings.js';

export const SETTING_NAMES = Object.keys(SETTINGS);

/** Paths of endpoints that answer without a key. */
export const READINESS_ENDPOINTS = ENDPOINTS.map(({ path }) => path).filter((path) => path.endsWith('z'));
