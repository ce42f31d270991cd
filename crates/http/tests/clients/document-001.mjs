// Follows document 001: a transfer between two currencies, one within a currency, and their entries and vouchers.
//
//   URL=http://127.0.0.1:8080 API_KEY=sluice_… node document-001.mjs
//
// Accounts (made by accounts.mjs): FROM (default FX-USD) with money, TO (default FX-CNY) in another currency with two
// decimals, and SAME (default A0) in FROM's currency.

import assert from 'node:assert/strict';
import { accountTransferApi } from './api.mjs';

const { FROM = 'FX-USD', TO = 'FX-CNY', SAME = 'A0' } = process.env;
const taken = (response) => {
  assert.equal(response.success, true, JSON.stringify(response));
  return response.data;
};

// The page's form: the rate is entered, and the target amount is computed from it.
const fromAmountCents = 12_345;
const exchangeRate = 7.1234;
const toAmountCents = Math.round(fromAmountCents * exchangeRate);
const day = new Date().toISOString().slice(0, 10);
const form = {
  transferDate: day,
  fromAccountId: FROM,
  toAccountId: TO,
  fromAmountCents,
  toAmountCents,
  exchangeRate,
  memo: 'document 001',
  voucherUrl: ['https://files.example.com/voucher-1.pdf', 'https://files.example.com/voucher-2.pdf'],
};

/** One side's entry, checked against the chain of balances in the document. */
function entry(transfer, type, amount) {
  const found = transfer.entries.find((one) => one.transactionType === type);
  assert.ok(found, `${type} in ${JSON.stringify(transfer.entries)}`);
  assert.equal(found.amountCents, amount);
  assert.equal(found.balanceAfterCents - found.balanceBeforeCents, amount);
  assert.equal(found.flowId, transfer.id);
  return found;
}

const exchanged = taken(await accountTransferApi.create(form));
assert.equal(exchanged.status, 'completed');
assert.notEqual(exchanged.fromCurrency, exchanged.toCurrency);
assert.deepEqual([exchanged.fromAmountCents, exchanged.toAmountCents], [fromAmountCents, toAmountCents]);
const out = entry(exchanged, 'transfer_out', -fromAmountCents);
entry(exchanged, 'transfer_in', toAmountCents);
console.log(`${exchanged.fromCurrency} ${fromAmountCents} -> ${exchanged.toCurrency} ${toAmountCents} at ${exchangeRate}`);

// A later read returns the same as the response.
const read = taken(await accountTransferApi.get(exchanged.id));
assert.deepEqual(read, exchanged);
assert.deepEqual(read.voucherUrl, form.voucherUrl);
assert.equal(read.memo, form.memo);

// Within one currency the amounts are equal and there is no rate. The chain of balances continues.
const within = { ...form, toAccountId: SAME, toAmountCents: fromAmountCents, voucherUrl: form.voucherUrl[0] };
delete within.exchangeRate;
const same = taken(await accountTransferApi.create(within));
assert.equal(same.exchangeRate, null);
const next = entry(same, 'transfer_out', -fromAmountCents);
const fees = exchanged.entries.filter((one) => one.transactionType === 'fee').reduce((sum, one) => sum + one.amountCents, 0);
assert.equal(next.balanceBeforeCents, out.balanceAfterCents + fees);

// What the document forbids.
const refused = async (change) => {
  const answer = await accountTransferApi.create({ ...form, ...change });
  assert.equal(answer.success, false, JSON.stringify(answer));
  return answer.error.code;
};
assert.equal(await refused({ toAmountCents: toAmountCents + 1 }), 'EXCHANGE_AMOUNT_MISMATCH');
assert.equal(await refused({ toAccountId: FROM, toAmountCents: fromAmountCents, exchangeRate: undefined }), 'SAME_ACCOUNT');
for (const wrong of [0, -5]) console.log(`${wrong}: ${await refused({ fromAmountCents: wrong })}`);

const list = await accountTransferApi.list({ accountId: FROM, status: 'completed' });
assert.ok(taken(list).some((one) => one.id === same.id));
console.log('document 001: all as it says');
