/**
 * One log line and one observation per request: method, route template, status, milliseconds, tenant. Never the query
 * (it may hold words somebody searched for), a body, a key or an address.
 */
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Principal } from '../api/endpoint.js';

/** Metrics of the rim, registered once per registry. */
function rimMetrics(registry: Registry) {
  const labelNames = ['method', 'route', 'status'] as const;
  return {
    requests: new Counter({
      name: 'assay_http_requests_total',
      help: 'HTTP requests by route and status',
      labelNames,
      registers: [registry],
    }),
    seconds: new Histogram({
      name: 'assay_http_request_seconds',
      help: 'Seconds from the first byte of a request to the last of its answer',
      labelNames: ['method', 'route'] as const,
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers: [registry],
    }),
  };
}

/** Middleware that observes a request when its response is over. */
export function accessLog(logger: Logger, registry: Registry): RequestHandler {
  const { requests, seconds } = rimMetrics(registry);
  return (request, response, next) => {
    const started = process.hrtime.bigint();
    response.once('close', () => {
      const ms = Number(process.hrtime.bigint() - started) / 1e6;
      const method = request.method;
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const status = response.writableFinished ? response.statusCode : 499;
      requests.inc({ method, route, status });
      if (!response.locals['streamed']) seconds.observe({ method, route }, ms / 1000);
      const principal = response.locals['principal'] as Principal | null | undefined;
      logger.info(
        {
          requestId: response.locals['requestId'],
          method,
          route,
          status,
          ms: Math.round(ms * 10) / 10,
          tenant: principal?.tenant,
          caller: principal?.via === 'key' ? principal.id : undefined,
        },
        'request',
      );
    });
    next();
  };
}
