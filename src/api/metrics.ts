/** Figures of the process for Prometheus. They carry no tenant's name, but they are the operator's: scope `admin`. */
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';

export const metrics = defineEndpoint<Pick<ApiContext, 'metrics'>>()({
  method: 'get',
  path: '/metrics',
  access: 'admin',
  tag: 'Operation',
  summary: 'Metrics in the Prometheus text format',
  responses: { 200: { description: 'Metrics', mediaType: 'text/plain' } },
  examples: [{ summary: 'Scrape', status: 200 }],
  async handle({ metrics: registry }) {
    return {
      status: 200,
      raw: { mediaType: registry.contentType, content: await registry.metrics() },
    };
  },
});
