import { describe, expect, it } from 'vitest';
import { fromDecimal, toDecimal } from '@/money/amount';
import { changeOf, feeOf, fractionOf, percentOf, typedOf, type Policy } from './policy';

const POLICY: Policy = { currency: 'USD', min: '0.01', max: '10000.00', day: null, month: null, batchMax: null, feeRate: '0.001', feeThreshold: '1000.00', feeMin: '1.00', feeMax: '50.00' };

// The numbers of the server's own test of fees (crates/domain/src/fee.rs), in major units.
it.each([
  ['1000.00', '0.00'],
  ['1000.01', '1.00'],
  ['1234.50', '1.23'],
  ['1235.00', '1.24'],
  ['50000.00', '50.00'],
  ['50000.01', '50.00'],
])('the fee of %s is %s', (amount, fee) => {
  expect(toDecimal(feeOf(POLICY, fromDecimal(amount, 'USD')))).toBe(fee);
});

it('without a threshold everything is free', () => {
  expect(feeOf({ ...POLICY, feeThreshold: null }, fromDecimal('90000.00', 'USD')).minor).toBe(0n);
});

it.each([['0.001', '0.1'], ['0', '0'], ['0.000001', '0.0001'], ['0.025000', '2.5'], ['1', '100']])('%s is %s percent', (fraction, percent) => {
  expect(percentOf(fraction)).toBe(percent);
});

it.each([['0.1', '0.001000'], ['2.5 %', '0.025000'], ['100', '1.000000'], ['0.00001', null], ['x', null], ['', null]])('%s percent is the fraction %s', (percent, fraction) => {
  expect(fractionOf(percent)).toBe(fraction);
});

describe('a change', () => {
  const typed = typedOf(POLICY);
  it.each([
    ['of nothing', {}, {}],
    ['of a limit', { max: '20,000' }, { max: '20000.00' }],
    ['that removes a limit', { max: '' }, { max: null }],
    ['that removes the least amount', { min: '' }, { min: '0.00' }],
    ['of the rate', { rate: '0.2' }, { feeRate: '0.002000' }],
    ['that cannot be read', { day: '12,5' }, null],
    ['with too many decimals', { day: '1.234' }, null],
  ])('%s', (_, given, expected) => {
    expect(changeOf(POLICY, { ...typed, ...given }, 2)).toEqual(expected);
  });
});
