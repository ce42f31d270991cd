import { expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { barsOf } from './bars';

const group = (date: string, amountCents: string, currency = 'USD', failedCount = 0) =>
  ({ date, amountCents, currency, failedCount, feeCents: '0', count: 1, successCount: 1, successRate: 1 }) as Schemas['StatisticsGroupView'];

it('draws every day, exactly, and something for the least amount', () => {
  const groups = [group('2026-11-01', '9007199254740993'), group('2026-11-03', '1', 'USD', 2), group('2026-11-02', '5', 'CNY')];
  expect(barsOf(groups, 'USD', ['2026-11-01', '2026-11-02', '2026-11-03'])).toEqual([
    { name: '2026-11-01', share: 1000, cents: '9007199254740993', failed: 0 },
    { name: '2026-11-02', share: 0, cents: '0', failed: 0 },
    { name: '2026-11-03', share: 1, cents: '1', failed: 2 },
  ]);
  expect(barsOf(groups, 'CNY', null).map((bar) => bar.name)).toEqual(['2026-11-02']);
});
