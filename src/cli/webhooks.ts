/**
 * `assay webhooks`: where a tenant's verdicts are sent, what became of each, and sending again. Replaying puts deliveries
 * back into their queue; the running service sends them. Webhooks are made over HTTP, since their address is checked by
 * the service that will send to it.
 */
import { Option } from 'commander';
import { AssayError } from '../../schemas/errors.js';
import type { WebhookDeliveryDoc } from '../../schemas/store/documents.js';
import { DELIVERY_STATES, type DeliveryState } from '../../schemas/webhook.js';
import { deliveryView } from '../api/webhook-deliveries.js';
import { listDeliveries, replayDelivery, replayFailed } from '../webhooks/deliveries.js';
import { listWebhooks, type WebhookStore } from '../webhooks/registry.js';
import type { AddCommand } from './command.js';
import { tenantOf, withStore } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, type SettingFlags, settings, wholeNumber } from './settings.js';

export interface WebhookFlags extends SettingFlags {
  json?: boolean;
  tenant?: string;
}

export interface DeliveryFlags extends WebhookFlags {
  state: DeliveryState;
  limit: number;
}

const PAGE = 200;

export async function list(io: Io, flags: WebhookFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  const docs = await withStore(config, secrets, (parts) => listWebhooks(parts, tenant));
  for (const { _id: id, state, url, name, createdMs } of docs) {
    const createdAt = new Date(createdMs).toISOString();
    if (flags.json) await writeJson(io.out, { id, state, url, name, createdAt });
    else await write(io.out, `${[id, state, createdAt, url, name].join('  ').trimEnd()}\n`);
  }
  return EXIT.ok;
}

async function* deliveriesOf(
  store: WebhookStore,
  tenant: string,
  webhook: string,
  state: DeliveryState,
): AsyncGenerator<WebhookDeliveryDoc> {
  let after: string | undefined;
  do {
    const page = await listDeliveries(store, tenant, webhook, { state, limit: PAGE, after });
    yield* page.docs;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

const lineOf = (doc: WebhookDeliveryDoc): string => {
  const { id, createdAt, verdictId, tries, lastStatus, lastFailure } = deliveryView(doc);
  return `${id}  ${createdAt}  ${verdictId}  tries ${tries}  ${lastStatus ?? '-'}  ${lastFailure ?? '-'}\n`;
};

export async function deliveries(io: Io, webhook: string, flags: DeliveryFlags): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  await withStore(config, secrets, async (parts) => {
    let count = 0;
    for await (const doc of deliveriesOf(parts, tenant, webhook, flags.state)) {
      if (count++ === flags.limit) {
        await write(io.err, `There are more than ${flags.limit}; see --limit.\n`);
        return;
      }
      if (flags.json) await writeJson(io.out, deliveryView(doc));
      else await write(io.out, lineOf(doc));
    }
  });
  return EXIT.ok;
}

/** @param ids deliveries to send again; none: all that failed */
export async function replay(
  io: Io,
  webhook: string,
  ids: readonly string[],
  flags: WebhookFlags & { failed?: boolean },
): Promise<number> {
  const { config, secrets } = settings(io, flags);
  const tenant = tenantOf(config, flags.tenant);
  if (ids.length > 0 === (flags.failed === true)) {
    throw new AssayError('config.invalid', 'expected ids of deliveries, or --failed');
  }
  const count = await withStore(config, secrets, async (parts) => {
    let replayed = 0;
    for (const id of ids) {
      await replayDelivery(parts, tenant, webhook, id);
      replayed += 1;
    }
    for (let more = flags.failed === true; more; ) {
      const page = await replayFailed(parts, tenant, webhook);
      replayed += page.replayed;
      more = page.more;
    }
    return replayed;
  });
  if (flags.json) await writeJson(io.out, { webhook, replayed: count });
  else await write(io.out, `${count} will be sent again\n`);
  return EXIT.ok;
}

export const addWebhooks: AddCommand = (program, { io, act }) => {
  const command = program.command('webhooks').description('where verdicts are sent, and what became of each');
  const tenant = (): Option => new Option('--tenant <name>', 'tenant; needed where there are several');
  command
    .command('list')
    .description('list webhooks, newest first')
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((flags: WebhookFlags) => list(io, flags)));
  command
    .command('deliveries')
    .description('list deliveries of a webhook, newest verdict first')
    .argument('<webhook>', 'id of the webhook')
    .addOption(new Option('--state <state>', 'which ones').choices(DELIVERY_STATES).default('failed'))
    .option('--limit <number>', 'how many at most', wholeNumber(1, 1_000_000), 100)
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(act((webhook: string, flags: DeliveryFlags) => deliveries(io, webhook, flags)));
  command
    .command('replay')
    .description('send deliveries again, under the ids they had')
    .argument('<webhook>', 'id of the webhook')
    .argument('[id...]', 'ids of deliveries')
    .option('--failed', 'all that failed')
    .addOption(tenant())
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(
      act((webhook: string, ids: string[], flags: WebhookFlags & { failed?: boolean }) =>
        replay(io, webhook, ids, flags),
      ),
    );
};
