import { describe, expect, it } from 'vitest';
import { rangeOf, readRange, type Period } from './period';

// Already the first of March in Berlin.
const LATE = new Date('2028-02-29T23:30:00Z');

describe('a period', () => {
  it.each<[Exclude<Period, 'custom'>, string, string]>([
    ['today', '2028-03-01', '2028-03-01'],
    ['last7', '2028-02-24', '2028-03-01'],
    ['last30', '2028-02-01', '2028-03-01'],
    ['month', '2028-03-01', '2028-03-01'],
    ['lastMonth', '2028-02-01', '2028-02-29'],
    ['year', '2028-01-01', '2028-03-01'],
  ])('%s is from %s to %s where the organisation is', (period, from, to) => {
    expect(rangeOf(period, 'Europe/Berlin', LATE)).toEqual({ from, to });
  });

  it('is read from the address, and from nothing that is no day', () => {
    const read = (period: string, from: string, to: string) => {
      const { period: name, range } = readRange({ period, from, to }, 'UTC', LATE);
      return `${name} ${range.from} ${range.to}`;
    };
    expect(read('month', '', '')).toBe('month 2028-02-01 2028-02-29');
    expect(read('', '2028-01-05', '2028-01-02')).toBe('custom 2028-01-02 2028-01-05');
    expect(read('custom', '2028-01-05', '')).toBe('last30 2028-01-31 2028-02-29');
    expect(read('', '0202-01-05', '2028-01-05')).toBe('last30 2028-01-31 2028-02-29');
    expect(read('nonsense', '2028-02-31', '2028-03-01')).toBe('last30 2028-01-31 2028-02-29');
  });
});
