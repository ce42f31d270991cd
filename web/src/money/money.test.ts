import { describe, expect, it } from 'vitest';
import { add, compare, format, fromDecimal, fromMinor, parse, subtract, toDecimal } from './amount';
import { convert } from './fx';
import { parseRatio, splitByRatio, splitEqually } from './split';

const usd = (text: string) => fromDecimal(text, 'USD');

describe('parse', () => {
  it.each([
    ['1250.5', 2, 125050n],
    [' 1,250.50 ', 2, 125050n],
    ['１２５０．５０', 2, 125050n],
    ['0', 2, 0n],
    ['12.500', 2, 1250n],
    ['5', 0, 5n],
    ['0.00000001', 8, 1n],
    ['92233720368547758.07', 2, 9223372036854775807n],
  ])('reads %s at scale %i', (text, scale, minor) => {
    expect(parse(text, scale, 'USD')).toEqual({ amount: { minor, scale, currency: 'USD' } });
  });

  it.each([
    ['', 2, 'empty'],
    ['12,5O0.00', 2, 'letters'],
    ['1.23E+15', 2, 'letters'],
    ['-5', 2, 'sign'],
    ['(5.00)', 2, 'sign'],
    ['12,50', 2, 'format'],
    ['.5', 2, 'format'],
    ['5.', 2, 'format'],
    ['1.2.3', 2, 'format'],
    ['1.005', 2, 'precision'],
    ['0.5', 0, 'precision'],
    ['92233720368547758.08', 2, 'large'],
  ])('refuses %s at scale %i: %s', (text, scale, fault) => {
    expect(parse(text, scale, 'USD')).toEqual({ fault });
  });

  it('reads back what it writes, at every scale', () => {
    for (let scale = 0; scale <= 8; scale += 1) {
      for (const minor of [0n, 1n, 9n, 10n, 12345678901234567n, 9223372036854775807n]) {
        const amount = { minor, scale, currency: 'USD' };
        expect(parse(toDecimal(amount), scale, 'USD')).toEqual({ amount });
        expect(parse(format(amount), scale, 'USD')).toEqual({ amount });
        expect(fromMinor(minor.toString(), scale, 'USD')).toEqual(amount);
      }
    }
  });
});

describe('format', () => {
  it('keeps all digits and uses a true minus', () => {
    expect(format(usd('123456789012345678.90'))).toBe('123,456,789,012,345,678.90');
    expect(format(usd('-5.00'), 'zh')).toBe('\u22125.00');
    expect(format(fromDecimal('7', 'JPY'))).toBe('7');
  });
});

describe('sums', () => {
  it('are exact across scales', () => {
    expect(toDecimal(add(usd('1.10'), usd('2.205')))).toBe('3.305');
    expect(toDecimal(subtract(usd('1.00'), usd('1.01')))).toBe('-0.01');
    expect(compare(usd('1.0'), usd('1.00'))).toBe(0);
  });
});

describe('shares', () => {
  it('give the remainder of an equal split to the first rows', () => {
    expect(splitEqually(1000n, 3)).toEqual({ shares: [334n, 333n, 333n], remainder: 1 });
  });

  it('give the remainder of a ratio to the largest remainders', () => {
    // 16 2/3, 16 2/3, 66 2/3: equal remainders, so the first two get the cents.
    expect(splitByRatio(100n, [1n, 1n, 4n])).toEqual({ shares: [17n, 17n, 66n], remainder: 2 });
    // 33 1/3, 66 2/3: the larger remainder is the second row's.
    expect(splitByRatio(100n, [1n, 2n])).toEqual({ shares: [33n, 67n], remainder: 1 });
    expect(splitByRatio(10n, [0n, 0n]).shares).toEqual([0n, 0n]);
  });

  it('always add up to the total', () => {
    for (let rows = 1; rows < 40; rows += 1) {
      const ratios = Array.from({ length: rows }, (_, row) => BigInt((row * 7919) % 101));
      const { shares } = splitByRatio(987654321n, ratios.map((ratio) => ratio + 1n));
      expect(shares.reduce((a, b) => a + b, 0n)).toBe(987654321n);
    }
  });

  it('read a ratio in millionths', () => {
    expect(parseRatio('2.5')).toBe(2500000n);
    expect(parseRatio('-1')).toBeNull();
    expect(parseRatio('1.0000001')).toBeNull();
  });
});

describe('convert', () => {
  it('rounds half up in the minor unit of the target', () => {
    expect(toDecimal(convert(usd('1000.00'), '0.92', 2, 'EUR'))).toBe('920.00');
    expect(toDecimal(convert(usd('0.01'), '0.5', 2, 'EUR'))).toBe('0.01');
    expect(toDecimal(convert(usd('10.00'), '151.237', 0, 'JPY'))).toBe('1512');
  });
});
