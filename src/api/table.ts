/**
 * Every endpoint of the HTTP interface. Routes, access, body limits, OpenAPI and the walking test follow from this table;
 * an endpoint that is not here does not exist.
 */
import { CONSOLE_ENDPOINTS } from '../console/table.js';
import type { AnyEndpoint } from '../http/paths.js';
import { ATTEST_ENDPOINTS } from './attest.js';
import type { ApiContext } from './context.js';
import { healthz, readyz } from './health.js';
import { metrics } from './metrics.js';
import { REVIEW_ENDPOINTS } from './review.js';

export const ENDPOINTS: readonly AnyEndpoint<ApiContext>[] = [
  healthz,
  readyz,
  metrics,
  ...ATTEST_ENDPOINTS,
  ...REVIEW_ENDPOINTS,
  ...CONSOLE_ENDPOINTS,
];
