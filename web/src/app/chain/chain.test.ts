import { expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { verifiedBy } from './chain';

const task = (status: string, result: unknown, completed_at: string | null = null) => ({ status, result, completed_at, created_at: '2026-11-01T00:00:00Z' }) as unknown as Schemas['TaskView'];

it('is what the newest verification that ended found', () => {
  const broken = { sound: false, postings: 9, violations: [{ invariant: 'audit_chain', count: 1, first: '4711' }] };
  expect(verifiedBy([])).toBeNull();
  expect(verifiedBy([task('processing', null), task('failed', null), task('cancelled', null)])).toBeNull();
  expect(verifiedBy([task('processing', null), task('completed', broken, '2026-11-02T00:00:00Z'), task('completed', { sound: true, postings: 3 })])).toEqual({ at: '2026-11-02T00:00:00Z', ...broken });
  expect(verifiedBy([task('completed', { sound: true, postings: 3 })])).toEqual({ at: '2026-11-01T00:00:00Z', sound: true, postings: 3, violations: [] });
});
