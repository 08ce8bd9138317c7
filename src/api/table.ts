/**
 * Every endpoint of the HTTP interface. Routes, access, body limits, OpenAPI and the walking test follow from this table;
 * an endpoint that is not here does not exist. A process serves those of its roles.
 */
import type { Role } from '../config/roles.js';
import { CONSOLE_ENDPOINTS } from '../console/table.js';
import type { AnyEndpoint } from '../http/paths.js';
import { ATTEST_ENDPOINTS } from './attest.js';
import type { ApiContext } from './context.js';
import { COUNTER_ENDPOINTS } from './counters.js';
import { DEAD_LETTER_ENDPOINTS } from './dead-letters.js';
import { documentationEndpoints } from './documentation.js';
import { healthz, readyz } from './health.js';
import { INTAKE_ENDPOINTS } from './intake.js';
import { ITEM_ENDPOINTS } from './items.js';
import { metrics } from './metrics.js';
import { QUOTA_ENDPOINTS } from './quota.js';
import { REVIEW_ENDPOINTS } from './review.js';
import { SCORE_ENDPOINTS } from './score.js';
import { STREAM_ENDPOINTS } from './verdict-stream.js';
import { WEBHOOK_DELIVERY_ENDPOINTS } from './webhook-deliveries.js';
import { WEBHOOK_ENDPOINTS } from './webhooks.js';

type Endpoints = readonly AnyEndpoint<ApiContext>[];

const API_ENDPOINTS: Endpoints = [
  ...INTAKE_ENDPOINTS,
  ...QUOTA_ENDPOINTS,
  ...ITEM_ENDPOINTS,
  ...REVIEW_ENDPOINTS,
  ...COUNTER_ENDPOINTS,
  ...STREAM_ENDPOINTS,
  ...WEBHOOK_DELIVERY_ENDPOINTS,
  ...WEBHOOK_ENDPOINTS,
  ...SCORE_ENDPOINTS,
  ...DEAD_LETTER_ENDPOINTS,
  ...ATTEST_ENDPOINTS,
];

const DOCUMENTATION: Endpoints = documentationEndpoints(() => ENDPOINTS);

/** What probes and scrapers find in every process, whatever it does. */
const OPERATION: Endpoints = [healthz, readyz, metrics];

export const ENDPOINTS: Endpoints = [...API_ENDPOINTS, ...CONSOLE_ENDPOINTS, ...DOCUMENTATION, ...OPERATION];

/** What a process of these roles serves. */
export const endpointsOf = (roles: readonly Role[]): Endpoints => [
  ...(roles.includes('api') ? API_ENDPOINTS : []),
  ...(roles.includes('console') ? CONSOLE_ENDPOINTS : []),
  ...(roles.includes('api') ? DOCUMENTATION : []),
  ...OPERATION,
];
