import { expect, it } from 'vitest';
import type { Operation } from '@/api/operations';
import { toDoOf, type Lists } from './to-do';

type Batch = Lists['drafts'][number];

const NOW = Date.parse('2026-11-28T12:00:00Z');
const ME = { login: 'me', id: 'user_2' };
const task = (id: string, user_id: string, completed_at: string) => ({ id, user_id, completed_at, task_type: 'import_batch', file_id: 'file_9' }) as Lists['tasks'][number];

const batch = (name: string, createdBy: string, more: Partial<Batch> = {}) =>
  ({ id: 1, batchNumber: 'batch-1', name, createdBy, totalAmount: '5.00', currency: 'USD', failedCount: 0, refusedCount: 0, ...more }) as Batch;

const LISTS: Lists = {
  queue: [{ batch_id: 'batch-2', name: 'waits', total_amount: '9.00', currency: 'USD' }] as Lists['queue'],
  unknown: [batch('unclear', 'other')],
  ended: [batch('mine failed', 'me', { failedCount: 3 }), batch('theirs failed', 'other', { failedCount: 1 }), batch('skipped by now', 'me')],
  rejected: [batch('mine rejected', 'me'), batch('theirs rejected', 'other')],
  paused: [batch('stands', 'other')],
  approved: [batch('ready', 'other')],
  drafts: [batch('plain draft', 'me'), batch('rows to fix', 'me', { refusedCount: 7 }), batch('their draft', 'other')],
  tasks: [task('task_4', 'user_2', '2026-11-27T12:00:00Z'), task('task_5', 'user_3', '2026-11-27T12:00:00Z'), task('task_1', 'user_2', '2026-11-20T12:00:00Z')],
};

it.each<[string, Operation[], string[]]>([
  ['finance', ['retryRelation', 'resumeBatchTransfer', 'executeBatchTransfer'],
    ['unknown unclear 0', 'approve waits 0', 'failed mine failed 3', 'failed theirs failed 1', 'rejected mine rejected 0', 'paused stands 0', 'send ready 0', 'import rows to fix 7', 'task task_4 0', 'draft plain draft 0']],
  ['somebody who may do none of it', [],
    ['unknown unclear 0', 'approve waits 0', 'failed mine failed 3', 'rejected mine rejected 0', 'import rows to fix 7', 'task task_4 0', 'draft plain draft 0']],
])('what waits for %s', (_, operations, expected) => {
  const found = toDoOf(LISTS, ME, (operation) => operations.includes(operation), NOW);
  expect(found.map(({ kind, name, count }) => `${kind} ${name} ${count}`)).toEqual(expected);
});

it('leads an import to its file', () => {
  expect(toDoOf(LISTS, ME, () => false, NOW).find((line) => line.kind === 'task')?.to).toBe('/batch-transfer/file?file=file_9&task=task_4');
});
