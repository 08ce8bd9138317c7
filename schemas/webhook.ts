/**
 * Webhooks: where a tenant is told of its verdicts as they are announced, and what became of each delivery. Signed as
 * Standard Webhooks (1.0.0) says; docs/webhooks.md tells integrators how.
 */
import { z } from 'zod';

/** `paused` by its tenant: deliveries wait. `disabled` by its own answer (410 Gone): new ones are not even queued. */
export const WEBHOOK_STATES = ['active', 'paused', 'disabled'] as const;
export const WebhookState = z.enum(WEBHOOK_STATES);
export type WebhookState = z.infer<typeof WebhookState>;

/** `failed` after a day of tries, or at once where no try could ever succeed; kept, and may be sent again. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export const DeliveryState = z.enum(DELIVERY_STATES);
export type DeliveryState = z.infer<typeof DeliveryState>;

/**
 * Why a try did not succeed, as far as a tenant may know. A name that leads to an address we do not connect to is
 * `unreachable` like one that leads nowhere, so that nobody can ask us what names mean inside our network.
 */
export const DELIVERY_FAILURES = [
  'status',
  'unreachable',
  'timeout',
  'redirect',
  'too_large',
  'gone',
] as const;
export const DeliveryFailure = z.enum(DELIVERY_FAILURES);
export type DeliveryFailure = z.infer<typeof DeliveryFailure>;

/** The type of the one event there is, also the type of the CloudEvent on the verdicts topic. */
export const VERDICT_RECORDED = 'verdict.recorded';
