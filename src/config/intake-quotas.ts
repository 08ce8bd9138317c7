/** `6000,acme=100` → how many items each tenant may send in over HTTP in a minute. */
import { entriesOf } from './entries.js';

export interface IntakeQuotas {
  /** For tenants that are not named; null: no bound. */
  everybody: number | null;
  tenants: Readonly<Record<string, number>>;
}

export const NO_QUOTAS: IntakeQuotas = { everybody: null, tenants: {} };

const NUMBER = /^[1-9]\d{0,8}$/;

/** @throws Error that says found and expected, also when a tenant stands twice */
export function parseIntakeQuotas(text: string): IntakeQuotas {
  let everybody: number | null = null;
  const tenants: Record<string, number> = {};
  for (const entry of entriesOf(text)) {
    const [name = '', number, ...rest] = entry.includes('=') ? entry.split('=') : ['', entry];
    if (number === undefined || !NUMBER.test(number) || rest.length > 0 || entry.startsWith('=')) {
      throw new Error(`expected a number of items in a minute, or tenant=number, found "${entry}"`);
    }
    if (name === '' ? everybody !== null : Object.hasOwn(tenants, name)) {
      throw new Error(`expected each tenant once, found "${entry}" as a second one`);
    }
    if (name === '') everybody = Number(number);
    else tenants[name] = Number(number);
  }
  return { everybody, tenants };
}
