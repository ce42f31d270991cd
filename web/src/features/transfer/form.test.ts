import { expect, it } from 'vitest';
import type { Account } from '@/ui/AccountPicker';
import { asTransfer, contentOf, withTerms, type TransferForm } from './form';

const account = (id: string) => ({ id, currency: 'USD', scale: 2 }) as Account;
const form = (more: Partial<TransferForm> = {}): TransferForm => ({ from: account('acct_5'), to: account('acct_7'), amount: '12', date: '', memo: '', ...more });
const amount = { minor: 9007199254740993n, scale: 2, currency: 'USD' };

it('what is previewed has every cent, and nothing that was not typed', () => {
  expect(contentOf(asTransfer(form(), amount))).toBe('{"fromAccountId":"acct_5","toAccountId":"acct_7","fromAmountCents":"9007199254740993"}');
});

it('memo and value date are previewed as well: either may refuse it', () => {
  expect(asTransfer(form({ memo: 'Rent', date: '2026-03-10' }), amount)).toMatchObject({ memo: 'Rent', transferDate: '2026-03-10' });
});

it('the terms that were shown are sent, and are no part of what its key is kept by', () => {
  const sent = withTerms(form(), amount, { exchangeRate: '7.1', convertedAmount: '85.20' });
  expect(sent).toEqual({ ...asTransfer(form(), amount), exchangeRate: '7.1', toAmountCents: 8520n });
  expect(withTerms(form(), amount, { exchangeRate: null, convertedAmount: null })).toEqual(asTransfer(form(), amount));
});
