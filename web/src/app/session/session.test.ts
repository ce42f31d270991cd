import { expect, it, vi } from 'vitest';

// The module opens a channel between tabs when it is loaded.
vi.stubGlobal('BroadcastChannel', class {});

it.each<[string[], string, boolean]>([
  [['changeHolderGroup'], 'ana', true],
  [['changeHolderGroup'], 'ben', false],
  [['changeHolderGroup', 'executeBatchTransfer'], 'ben', true],
  [['executeBatchTransfer'], 'ana', false],
])('with %j, ana may change what %s made: %s', async (operations, createdBy, expected) => {
  const { mayChange } = await import('./session');
  expect(mayChange(operations, 'ana', 'changeHolderGroup', createdBy)).toBe(expected);
});
