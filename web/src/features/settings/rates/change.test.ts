import { expect, it } from 'vitest';
import { isLarge, movedBy, percentText, rateOf } from './change';

it.each([
  ['1.00', '1.05', '+5.00', false],
  ['1.00', '1.0501', '+5.01', true],
  ['1.00', '0.95', '\u22125.00', false],
  ['7.1', '71', '+900.00', true],
  ['0.000000000000000003', '0.000000000000000001', '\u221266.66', true],
])('from %s to %s is %s%%', (before, after, text, large) => {
  const moved = movedBy(before, after);
  expect([percentText(moved), isLarge(moved)]).toEqual([text, large]);
});

it.each([['7.1', '7.1'], [' ７.1 ', '7.1'], ['0', null], ['0.000', null], ['1,5', null], ['-1', null], ['', null]])('%s is read as %s', (text, expected) => {
  expect(rateOf(text)).toBe(expected);
});
