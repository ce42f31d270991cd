import { describe, expect, it } from 'vitest';
import { addressesOf, stateOf } from './state';

const NOW = Date.parse('2026-06-01T00:00:00Z');

describe('a key', () => {
  it.each([
    ['never expires', null, null, 'active'],
    ['expires later', '2026-06-01T00:00:01Z', null, 'active'],
    ['has just expired', '2026-06-01T00:00:00Z', null, 'expired'],
    ['was revoked before it would have expired', '2026-07-01T00:00:00Z', '2026-05-01T00:00:00Z', 'revoked'],
    ['was revoked and has expired', '2026-05-02T00:00:00Z', '2026-05-01T00:00:00Z', 'revoked'],
  ] as const)('%s', (_, expiresAt, revokedAt, expected) => {
    expect(stateOf({ expiresAt, revokedAt }, NOW)).toBe(expected);
  });
});

it('addresses are split however they are written', () => {
  expect(addressesOf(' 203.0.113.7, 198.51.100.0/24\n2001:db8::/32；')).toEqual(['203.0.113.7', '198.51.100.0/24', '2001:db8::/32']);
  expect(addressesOf(' \n')).toEqual([]);
});
