import { describe, expect, it } from 'vitest';
import { quoteAmounts, toJson } from './exact';

describe('quoteAmounts', () => {
  it('keeps every digit of an int64', () => {
    const read = JSON.parse(quoteAmounts('{"balanceCents": 9007199254740993, "page":1}')) as Record<string, unknown>;
    expect(read).toEqual({ balanceCents: '9007199254740993', page: 1 });
  });

  it('leaves text that only looks like an amount', () => {
    const memo = { memo: '{"aCents":1, "bCents": 2}', tail: 'x,\\', list: ['aCents', 'b'] };
    expect(JSON.parse(quoteAmounts(JSON.stringify(memo)))).toEqual(memo);
  });

  it('changes nothing but amounts in random documents', () => {
    let seed = 7;
    const next = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
    const words = ['a', '"', '\\', 'xCents', ':1,', '{"yCents":3}', '中', '\n'];
    const value = (depth: number): unknown => {
      const kind = next(depth > 3 ? 3 : 5);
      if (kind === 0) return words[next(words.length)];
      if (kind === 1) return next(1000) - 500;
      if (kind === 2) return null;
      if (kind === 3) return Array.from({ length: next(4) }, () => value(depth + 1));
      return Object.fromEntries(Array.from({ length: next(4) }, (_, i) => [`${words[next(words.length)]}${i}`, value(depth + 1)]));
    };
    for (let round = 0; round < 500; round += 1) {
      const document = value(0);
      expect(JSON.parse(quoteAmounts(JSON.stringify(document)))).toEqual(document);
    }
  });
});

describe('toJson', () => {
  it('writes a bigint as a number', () => {
    expect(toJson({ fromAmountCents: 9007199254740993n, memo: 'a"b', left: undefined, list: [1, null] })).toBe(
      '{"fromAmountCents":9007199254740993,"memo":"a\\"b","list":[1,null]}',
    );
  });
});
