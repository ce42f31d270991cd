import { describe, expect, it } from 'vitest';
import { toDecimal } from '@/money/amount';
import { asCreation, asEdit, emptyPlan, missing, shares, totalOf, type Plan } from './plan';

const row = (id: number, more = {}) => ({ id, number: `EMP-${id}`, name: '', amount: '', ratio: '', memo: '', ...more });
const plan = (more: Partial<Plan>): Plan => ({
  ...emptyPlan('one_to_many', 'Payroll'),
  single: { id: 5, number: 'MAIN', name: 'Example Ltd', currency: 'USD', scale: 2 },
  rows: [row(7), row(8), row(9)],
  ...more,
});
const shown = (given: Plan) => shares(given).map((share) => (share === null ? null : toDecimal(share)));

describe('shares', () => {
  it('split equally, the first rows get the remainder', () => {
    expect(shown(plan({ amountMode: 'equal', total: '100.00' }))).toEqual(['33.34', '33.33', '33.33']);
  });

  it('are the same for each, or what was typed, or by ratio', () => {
    expect(shown(plan({ amountMode: 'fixed', fixed: '1,000' }))).toEqual(['1000.00', '1000.00', '1000.00']);
    expect(shown(plan({ amountMode: 'custom', rows: [row(7, { amount: '5' }), row(8, { amount: 'x' })] }))).toEqual(['5.00', null]);
    expect(shown(plan({ amountMode: 'ratio', total: '10.00', rows: [row(7, { ratio: '1' }), row(8, { ratio: '2.5' })] }))).toEqual(['2.86', '7.14']);
  });

  it('add up to the total', () => {
    expect(totalOf(plan({ amountMode: 'equal', total: '100.00' }))).toEqual({ minor: 10000n, scale: 2, currency: 'USD' });
  });
});

describe('what is missing', () => {
  it('is named in the order of the steps', () => {
    expect(missing(plan({ single: null }))).toBe('single');
    expect(missing(plan({ rows: [] }))).toBe('rows');
    expect(missing(plan({ name: ' ' }))).toBe('name');
    expect(missing(plan({ amountMode: 'equal', total: '0.02' }))).toBe('amounts');
    expect(missing(plan({ amountMode: 'fixed', fixed: '3' }))).toBeNull();
  });
});

describe('requests', () => {
  it('carry decimal text and the memo for all', () => {
    expect(asCreation(plan({ amountMode: 'custom', memo: 'Nov', rows: [row(7, { amount: '1,250.5' }), row(8, { amount: '2', memo: 'own' })] }))).toEqual({
      name: 'Payroll', type: 'one_to_many', draft: true, mode: 'continue', amountMode: 'custom', sourceAccountId: 5,
      relations: [{ targetAccountId: 7, amount: '1250.50', memo: 'Nov' }, { targetAccountId: 8, amount: '2.00', memo: 'own' }],
    });
    expect(asEdit(plan({ type: 'many_to_one', amountMode: 'fixed', fixed: '3' })).relations).toEqual([{ sourceAccountId: 7 }, { sourceAccountId: 8 }, { sourceAccountId: 9 }]);
  });

  it('never say 0 for an amount that is awaited', () => {
    const waiting = plan({ amountMode: 'custom', rows: [row(7, { amount: '5' }), row(8)] });
    expect(missing(waiting)).toBe('amounts');
    expect(asEdit(waiting).relations).toEqual([{ targetAccountId: 7, amount: '5.00' }, { targetAccountId: 8 }]);
  });

  it('keep what a file said and the page does not show', () => {
    const rows = [row(7, { amount: '1', reference: 'NOV-0007', externalId: 'HR-7' }), row(8, { amount: '2', reference: null })];
    expect(asEdit(plan({ amountMode: 'custom', rows })).relations).toEqual([
      { targetAccountId: 7, amount: '1.00', reference: 'NOV-0007', externalId: 'HR-7' },
      { targetAccountId: 8, amount: '2.00' },
    ]);
  });
});
