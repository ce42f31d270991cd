import { expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { toDecimal } from '@/money/amount';
import { balanceOf } from './balances';

const accounts = (...cents: string[]) => cents.map((balanceCents) => ({ balanceCents, scale: 2 }) as unknown as Schemas['AccountView']);

it.each([
  ['none', accounts(), { pageSize: 200, total: 0, totalIsLeast: false }, '0.00'],
  ['all of them, beyond what a float can count', accounts('9007199254740993', '-1'), { pageSize: 200, total: 2, totalIsLeast: false }, '90071992547409.92'],
  ['a page of more', accounts('100'), { pageSize: 1, total: 2, totalIsLeast: false }, null],
  ['a page with another behind it', accounts('100'), { pageSize: 1, total: 1, totalIsLeast: false, nextCursor: 'x' }, null],
  ['a count that gave up', accounts('100'), { pageSize: 200, total: 1, totalIsLeast: true }, null],
])('the balance of %s', (_, data, pagination, expected) => {
  const { total } = balanceOf({ data, pagination }, 'USD', 2);
  expect(total === null ? null : toDecimal(total)).toBe(expected);
});
