import { expect, it } from 'vitest';
import { fromDecimal } from '@/money/amount';
import { bandFor } from './band';

const level = (count: number) => ({ count });
const BANDS = [
  { from: '10000.00', levels: [level(1), level(2)] },
  { from: '1000.00', levels: [level(1)] },
];

it.each([
  ['0.01', null],
  ['999.99', null],
  ['1000.00', '1000.00'],
  ['9999.99', '1000.00'],
  ['10000', '10000.00'],
  ['92233720368547758.07', '10000.00'],
])('%s falls into the band from %s', (amount, expected) => {
  expect(bandFor(BANDS, fromDecimal(amount, 'USD'))?.from ?? null).toBe(expected);
});

it('without bands nothing needs an approval', () => {
  expect(bandFor([], fromDecimal('1000000.00', 'USD'))).toBeNull();
});
