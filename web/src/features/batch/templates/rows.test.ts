import { expect, it } from 'vitest';
import { asRelations, isWrong, wouldMove, type TemplateRow } from './rows';

const row = (id: number, more: Partial<TemplateRow> = {}): TemplateRow => ({
  id, amount: '5.00', contactType: 'inner', memo: null, reference: null, sourceAccount: 'MAIN', sourceAccountId: 5,
  targetAccount: `EMP-${id}`, targetAccountId: id + 100, targetIdentifier: `EMP-${id}`, ...more,
});

it('an edit keeps how a payee is named, the texts, and the amounts that nobody touched', () => {
  const rows = [row(1), row(2, { memo: 'May', reference: 'R-2' }), row(3, { contactType: 'email', targetIdentifier: 'a@example.com', amount: null })];
  expect(asRelations(rows, 'one_to_many', { 1: '1,250.5', 2: '' }, 2, 'USD')).toEqual([
    { targetAccountId: 101, amount: '1250.50' },
    { targetAccountId: 102, memo: 'May', reference: 'R-2' },
    { contactType: 'email', targetIdentifier: 'a@example.com' },
  ]);
});

it('the payer of many-to-one and both sides of many-to-many are kept', () => {
  expect(asRelations([row(1)], 'many_to_one', {}, 2, 'USD')).toEqual([{ sourceAccountId: 5, amount: '5.00' }]);
  expect(asRelations([row(1), row(2, { contactType: 'uid', targetIdentifier: 'P2' })], 'many_to_many', {}, 2, 'USD')).toEqual([
    { sourceAccountId: 5, targetAccountId: 101, amount: '5.00' },
    { sourceAccountId: 5, contactType: 'uid', targetIdentifier: 'P2', amount: '5.00' },
  ]);
});

it('an empty amount is open, and letters, zero and too many decimals are wrong', () => {
  expect(['', '7', 'x', '0', '1.234'].map((text) => isWrong(text, 2, 'USD'))).toEqual([false, false, true, true, true]);
});

it.each<[boolean, TemplateRow['contactType'][], boolean]>([
  [true, ['inner', 'email'], true],
  [true, ['uid'], true],
  [true, ['inner', 'inner'], false],
  [true, [], false],
  [false, ['inner', 'email', 'uid'], false],
])('convert %s with payees named by %j: amounts are left alone %s', (convert, types, expected) => {
  expect(wouldMove(convert, types.map((contactType, index) => row(index + 1, { contactType })))).toBe(expected);
});
