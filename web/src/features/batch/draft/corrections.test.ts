import { expect, it } from 'vitest';
import { corrected, fieldsOf, repairFile } from './corrections';

const row = (id: number, content: Record<string, string>) => ({ id, line: id + 1, code: 'AMOUNT_LETTERS', value: '', message: '', others: [], row: content });
const SIX = row(7, { account: 'EMP-00002', amount: 'six', memo: 'May' });
const NOBODY = row(8, { email: 'x@example.com', amount: '8.00' });
const TORN = row(9, {});

it('a row shows what it has, and at least whom and how much', () => {
  expect([SIX, NOBODY, TORN, row(10, { uid: 'P1' })].map(fieldsOf)).toEqual([['account', 'amount', 'memo'], ['email', 'amount'], ['account', 'amount'], ['uid', 'amount']]);
});

it('only rows in which something was changed are sent', () => {
  expect(corrected([SIX, NOBODY, TORN], { 7: { amount: '6.00' }, 8: { amount: '8.00' } })).toEqual([SIX]);
});

it('a repair file has the key of each row, and no empty field', async () => {
  const file = repairFile([SIX, TORN], { 7: { amount: ' 6.00 ', memo: '' }, 9: { account: 'EMP-00009' } });
  expect(await file.text()).toBe('{"sluice_row":7,"account":"EMP-00002","amount":"6.00"}\n{"sluice_row":9,"account":"EMP-00009"}\n');
});
