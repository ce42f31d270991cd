import { beforeEach, describe, expect, it } from 'vitest';
import { forgetKeys, keepTerms, keyFor, settled, termsOf } from './idempotency';

class Memory {
  [name: string]: unknown;
  getItem(name: string): string | null {
    return (this[name] as string | undefined) ?? null;
  }
  setItem(name: string, value: string): void {
    this[name] = value;
  }
  removeItem(name: string): void {
    delete this[name];
  }
}

beforeEach(() => {
  Object.defineProperty(globalThis, 'sessionStorage', { value: new Memory(), configurable: true });
});

describe('the key of a money verb', () => {
  it('stays the same until the outcome is known', () => {
    const first = keyFor('execute:7', '{}');
    expect(keyFor('execute:7', '{}')).toBe(first);
    settled('execute:7');
    expect(keyFor('execute:7', '{}')).not.toBe(first);
  });

  it('is another one for another content or another subject', () => {
    const first = keyFor('transfer', '{"a":1}');
    expect(keyFor('transfer', '{"a":2}')).not.toBe(first);
    expect(keyFor('execute:8', '{"a":1}')).not.toBe(first);
  });

  it('is forgotten at sign-out', () => {
    const first = keyFor('transfer', '');
    forgetKeys();
    expect(keyFor('transfer', '')).not.toBe(first);
  });
});

describe('what is sent besides the content', () => {
  it('stays that of the first attempt until its outcome is known: another rate is not another request', () => {
    expect(termsOf('transfer', 'a')).toBeUndefined();
    const key = keyFor('transfer', 'a');
    expect(keepTerms('transfer', 'a', { rate: '7.10' })).toEqual({ rate: '7.10' });
    expect(keyFor('transfer', 'a')).toBe(key);
    expect(keepTerms('transfer', 'a', { rate: '7.25' })).toEqual({ rate: '7.10' });
    expect(termsOf('transfer', 'a')).toEqual({ rate: '7.10' });
    settled('transfer');
    keyFor('transfer', 'a');
    expect(keepTerms('transfer', 'a', { rate: '7.25' })).toEqual({ rate: '7.25' });
  });

  it('is not taken over by another content', () => {
    keyFor('transfer', 'a');
    keepTerms('transfer', 'a', 1);
    expect(termsOf('transfer', 'b')).toBeUndefined();
    keyFor('transfer', 'b');
    expect(keepTerms('transfer', 'b', 2)).toBe(2);
  });
});
