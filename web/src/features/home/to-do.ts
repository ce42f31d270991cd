import type { Schemas } from '@/api/client';
import type { Operation } from '@/api/operations';
import { paths } from '@/app/paths';
import type { Tone } from '@/ui/Pill';

type Batch = Schemas['BatchView'];
type Queued = Schemas['QueuedView'];
type Task = Schemas['TaskView'];

export type Kind = 'unknown' | 'approve' | 'failed' | 'rejected' | 'paused' | 'send' | 'import' | 'task' | 'draft';

export interface ToDo {
  key: string;
  kind: Kind;
  name: string;
  /** Null where it is not about money. */
  amount: string | null;
  currency: string;
  /** Items that failed, rows to fix. */
  count: number;
  to: string;
}

/** What the lists of the server say, as they are read for the person. */
export interface Lists {
  queue: Queued[];
  unknown: Batch[];
  ended: Batch[];
  rejected: Batch[];
  paused: Batch[];
  approved: Batch[];
  drafts: Batch[];
  tasks: Task[];
}

const RECENT = 3 * 86_400_000;

export const LOOKS: Record<Kind, { tone: Tone; icon: string }> = {
  unknown: { tone: 'warn', icon: '?' },
  approve: { tone: 'warn', icon: '!' },
  failed: { tone: 'err', icon: '✕' },
  rejected: { tone: 'err', icon: '✕' },
  paused: { tone: 'warn', icon: '❚❚' },
  send: { tone: 'run', icon: '✓' },
  import: { tone: 'warn', icon: '!' },
  task: { tone: 'err', icon: '✕' },
  draft: { tone: 'grey', icon: '✎' },
};

/**
 * What waits for this person, the most pressing first: items whose outcome is unknown, approvals (the server sends the longest
 * waiting first), what failed, what was rejected, what stands still, what may be sent, imports and tasks, drafts.
 * Failed items wait for whoever may retry them, and for the maker; drafts and rejected batches for their maker alone. A task
 * that failed is old news after three days.
 */
export function toDoOf(lists: Lists, { login, id }: { login: string; id: string }, can: (operation: Operation) => boolean, now = Date.now()): ToDo[] {
  const own = (batch: Batch) => batch.createdBy === login;
  const of = (kind: Kind, to: (batch: Batch) => string, count: (batch: Batch) => number = () => 0) => (batch: Batch): ToDo => ({
    key: `${kind}:${batch.id}`, kind, name: batch.name, amount: batch.totalAmount, currency: batch.currency, count: count(batch), to: to(batch),
  });
  const detail = (batch: Batch) => paths.batch(batch.batchNumber);
  const draft = (batch: Batch) => paths.draft(batch.batchNumber, 'who');
  const drafts = lists.drafts.filter(own);
  return [
    ...lists.unknown.map(of('unknown', (batch) => paths.batch(batch.batchNumber, { state: 'unknown' }))),
    ...lists.queue.map((row): ToDo => ({
      key: `approve:${row.batch_id}`, kind: 'approve', name: row.name, amount: row.total_amount, currency: row.currency, count: 0, to: paths.approvals({ batch: row.batch_id }),
    })),
    ...lists.ended.filter((batch) => batch.failedCount > 0 && (own(batch) || can('retryRelation')))
      .map(of('failed', (batch) => paths.batch(batch.batchNumber, { tab: 'reasons' }), (batch) => batch.failedCount)),
    ...lists.rejected.filter(own).map(of('rejected', (batch) => paths.batch(batch.batchNumber, { tab: 'approval' }))),
    ...(can('resumeBatchTransfer') ? lists.paused.map(of('paused', detail)) : []),
    ...(can('executeBatchTransfer') ? lists.approved.map(of('send', detail)) : []),
    ...drafts.filter((batch) => batch.refusedCount > 0).map(of('import', draft, (batch) => batch.refusedCount)),
    ...lists.tasks.filter((task) => task.user_id === id && now - Date.parse(task.completed_at ?? task.created_at) < RECENT).map(ofTask),
    ...drafts.filter((batch) => batch.refusedCount === 0).map(of('draft', draft)),
  ];
}

function ofTask(task: Task): ToDo {
  return { key: task.id, kind: 'task', name: task.id, amount: null, currency: '', count: 0, to: placeOf(task) };
}

/** Where a task is shown: an import with its file, what is about a batch with the batch. */
export function placeOf(task: Task): string {
  if (task.task_type === 'import_batch' && task.file_id != null) return paths.batchFile({ file: task.file_id, task: task.id });
  if (task.batch_id != null) return paths.batch(String(task.batch_id), { tab: 'files' });
  // The page of tasks shows every other kind.
  return `/tasks?task=${encodeURIComponent(task.id)}`;
}
