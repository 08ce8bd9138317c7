/**
 * The HTTP application: middleware of every request, one route per endpoint of the table, and an answer for everything else.
 * Nothing here knows what an endpoint does; nothing in an endpoint knows express.
 */
import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { AssayError } from '../../schemas/errors.js';
import { sessionCookie } from '../access/cookie.js';
import { TokenBuckets } from '../access/token-buckets.js';
import { problemPage } from '../console/problem-page.js';
import { accessLog } from '../http/access-log.js';
import { securityHeaders } from '../http/headers.js';
import { type AnyEndpoint, Paths, routePath } from '../http/paths.js';
import { endpointHandler, fail, type Rim } from '../http/route.js';
import type { ApiContext } from './context.js';
import { ENDPOINTS } from './table.js';

const CORS_MAX_AGE_S = '86400';

const identify: RequestHandler = (_request, response, next) => {
  const requestId = randomUUID();
  response.locals['requestId'] = requestId;
  response.set('X-Request-Id', requestId);
  next();
};

/** Answers OPTIONS by itself and opens the endpoints that say so to other origins, always without credentials. */
function options(paths: Paths): RequestHandler {
  return (request, response, next) => {
    const place = paths.at(request.path);
    if (place?.cors) {
      response.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    }
    if (request.method !== 'OPTIONS' || place === null) return next();
    const allow = [...place.methods, 'OPTIONS'].join(', ');
    response.set('Allow', allow);
    if (place.cors) {
      response.set({
        'Access-Control-Allow-Methods': allow,
        'Access-Control-Allow-Headers': 'content-type',
        'Access-Control-Max-Age': CORS_MAX_AGE_S,
      });
    }
    response.status(204).end();
  };
}

/** What no route took: another method of a known path, or nothing at all. */
function nothingHere(paths: Paths): RequestHandler {
  return (request, response) => {
    const place = paths.at(request.path);
    if (place === null) throw new AssayError('request.not_found');
    response.set('Allow', place.methods.join(', '));
    throw new AssayError('request.method', `expected ${place.methods.join(' or ')}, found ${request.method}`);
  };
}

/** Express's own errors are about paths it could not decode. */
function lastResort(rim: Rim): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const undecodable = error instanceof URIError || (error as { status?: number }).status === 400;
    const known = undecodable ? new AssayError('request.invalid', 'The path could not be decoded.') : error;
    fail(rim, response, known);
  };
}

/** The express application over the table. */
export function createApp(
  context: ApiContext,
  endpoints: readonly AnyEndpoint<ApiContext>[] = ENDPOINTS,
): Express {
  const { clock, collections, logger, publicUrl } = context;
  const rim: Rim = {
    gate: {
      parts: { clock, collections },
      cookie: sessionCookie(publicUrl),
      buckets: new TokenBuckets(clock),
    },
    logger,
    problemPage,
    store: { clock, collections },
  };
  const paths = new Paths(endpoints);
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  app.set('query parser', 'simple').set('trust proxy', context.proxies ?? 0);
  app.use(identify, accessLog(logger, context.metrics), securityHeaders(publicUrl.startsWith('https:')));
  app.use(options(paths));
  for (const endpoint of endpoints) {
    app[endpoint.method](routePath(endpoint.path), endpointHandler(endpoint, context, rim));
  }
  app.use(nothingHere(paths));
  app.use(lastResort(rim));
  return app;
}
