/** Tokens seen twice. */
import { beforeAll, expect, test } from '@jest/globals';
import { createVerifier } from '../../../src/client/index.js';
import { Holders } from '../../../src/client/reuse.js';
import { FOUND, type Kit, LIST, makeKit, NOW_S, network } from './kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await makeKit();
});

const verified = async (token: string, found: object = {}) => {
  const verifier = createVerifier({ trust: kit.trust, fetch: network({ [LIST]: await kit.list() }) });
  return verifier.verify(token, { ...FOUND, ...found });
};

test('the same token on another item is reused, on the same item it is the same item', async () => {
  const holders = new Holders();
  const token = await kit.token();
  const result = await verified(token);
  expect(holders.check('1', token, result)).toMatchObject({ valid: true, reused: false });
  expect(holders.check('1', token, result)).toMatchObject({ valid: true, reused: false });
  expect(holders.check('2', token, result)).toMatchObject({ valid: true, reused: true });
});

test('another token under the id of an earlier one does not hold and gives no level away', async () => {
  const holders = new Holders();
  const first = await kit.token();
  const second = await kit.token({ iat: NOW_S - 61 });
  holders.check('1', first, await verified(first));
  expect(holders.check('1', second, await verified(second))).toMatchObject({
    valid: false,
    hal: null,
    lvl: null,
    errors: ['token.reused'],
    reused: true,
  });
});

test('a copy that does not hold never takes the original’s place', async () => {
  const holders = new Holders();
  const token = await kit.token();
  const copied = holders.check('1', token, await verified(token, { author: 'mallory' }));
  expect(copied).toMatchObject({ valid: false, reused: false, errors: ['author.different'] });
  expect(holders.check('2', token, await verified(token))).toMatchObject({ valid: true, reused: false });
  const nonsense = holders.check('3', 'x', await verified('x'));
  expect(nonsense).toMatchObject({ valid: false, reused: false });
});

test('a token with the other spelling of its signature is the same token', async () => {
  const holders = new Holders();
  const token = await kit.token();
  const signature = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
  // (r, s) and (r, n − s) sign the same bytes (SEC 1, section 4.1.3).
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const other = Buffer.concat([
    signature.subarray(0, 32),
    Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'),
  ]);
  const twin = token.slice(0, token.lastIndexOf('.') + 1) + other.toString('base64url');
  holders.check('1', token, await verified(token));
  expect(holders.check('1', twin, await verified(twin))).toMatchObject({ valid: true, reused: false });
  expect(holders.check('2', twin, await verified(twin))).toMatchObject({ valid: true, reused: true });
});
