import { describe, expect, it } from 'vitest';
import { shortName } from '@/api/upload';
import { importOptions, lackOf, sizeOf, usedAs, type Decisions } from './columns';

const column = (header: string, field: string | null = null, confidence = field === null ? 0 : 100, must_decide: string | null = null) => ({ header, field, confidence, must_decide, samples: [] });
const ACCOUNT = column('Account', 'account');
const AMOUNT = column('Amount', 'amount');
const NET = column('Net pay', 'amount', 70);
const NOTE = column('Colour');
const DATE = column('Pay date', null, 0, 'a date');

describe('a column', () => {
  it.each([
    ['a known name', ACCOUNT, {}, 'account'],
    ['a guess', NET, {}, 'undecided'],
    ['a guess that was confirmed', NET, { 'Net pay': 'amount' }, 'amount'],
    ['a known name that was set aside', ACCOUNT, { Account: 'none' }, 'none'],
    ['a name that means nothing', NOTE, {}, 'none'],
    ['a date', DATE, {}, 'undecided'],
    ['a date that was set aside', DATE, { 'Pay date': 'none' }, 'none'],
    ['a field of a newer server', column('Tax', 'tax'), {}, 'none'],
  ] as const)('%s', (_, given, decisions: Decisions, expected) => {
    expect(usedAs(given, decisions)).toBe(expected);
  });
});

describe('a file', () => {
  it.each([
    ['has all that it needs', [ACCOUNT, AMOUNT, NOTE], {}, null],
    ['has a guess and a date to decide', [ACCOUNT, NET, DATE], {}, { why: 'undecided', count: 2 }],
    ['has two amounts', [ACCOUNT, AMOUNT, NET], { 'Net pay': 'amount' }, { why: 'twice', field: 'amount' }],
    ['has no amount', [ACCOUNT, NOTE], {}, { why: 'amount' }],
    ['pays nobody', [AMOUNT, NOTE], {}, { why: 'counterparty' }],
    ['names payees by e-mail', [column('Mail', 'email'), AMOUNT], {}, null],
  ] as const)('%s', (_, columns, decisions: Decisions, expected) => {
    expect(lackOf([...columns], decisions)).toEqual(expected);
  });
});

describe('the options of an import', () => {
  const given = { type: 'one_to_many', account: 'MAIN', name: ' May ', style: 'plain', sign: '', reading: { encoding: '', delimiter: '', sheet: '' }, columns: [ACCOUNT, NET, DATE, NOTE] } as const;

  it('say what was decided, and nothing that was only found', () => {
    expect(importOptions({ ...given, columns: [...given.columns], decisions: { 'Net pay': 'amount', 'Pay date': 'none' } })).toEqual({
      type: 'one_to_many', account: 'MAIN', name: 'May', draft: true, partial: true, mapping: { amount: 'Net pay' }, ignore: ['Pay date'],
    });
  });

  it('say how the file and its amounts are written where somebody corrected it', () => {
    const reading = { encoding: 'gb18030', delimiter: '', sheet: '2' };
    expect(importOptions({ ...given, columns: [ACCOUNT, AMOUNT], decisions: {}, style: 'dotGroups', sign: ' € ', reading })).toEqual({
      type: 'one_to_many', account: 'MAIN', name: 'May', draft: true, partial: true, encoding: 'gb18030', sheet: '2', decimal: 'comma', group: 'dot', sign: '€',
    });
  });

  it('leave out decisions about columns that are not there after another look', () => {
    expect(importOptions({ ...given, columns: [ACCOUNT, AMOUNT], decisions: { Garbled: 'memo' } })).not.toHaveProperty('mapping');
  });
});

it('sizes are short', () => {
  expect([0, 999, 1000, 38_400, 2_100_000, 128_000_000, 1_073_741_824].map((bytes) => sizeOf(bytes, 'en'))).toEqual(['0 B', '999 B', '1 kB', '38.4 kB', '2.1 MB', '128 MB', '1.1 GB']);
});

it('a long name keeps its ending', () => {
  expect(shortName('pay.csv')).toBe('pay.csv');
  const short = shortName(`${'工'.repeat(250)}.xlsx`);
  expect([Array.from(short).length, short.endsWith('工.xlsx')]).toEqual([200, true]);
});
