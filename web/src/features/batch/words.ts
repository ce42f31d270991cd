import type { Schemas } from '@/api/client';
import type { Tone } from '@/ui/Pill';

export type BatchState = Schemas['BatchStateWord'];
export type ItemState = Schemas['RelationStateWord'];

interface Look {
  tone: Tone;
  icon: string;
}

/** Icon and colour of every state; the words are in `locale`. Nothing is green before it is paid. */
export const BATCH_STATES: Record<BatchState, Look> = {
  draft: { tone: 'grey', icon: '✎' },
  pending: { tone: 'run', icon: '◔' },
  approved: { tone: 'run', icon: '✓' },
  rejected: { tone: 'err', icon: '✕' },
  processing: { tone: 'run', icon: '▶' },
  paused: { tone: 'warn', icon: '❚❚' },
  completed: { tone: 'good', icon: '✓' },
  partially_completed: { tone: 'warn', icon: '◑' },
  failed: { tone: 'err', icon: '✕' },
  cancelled: { tone: 'grey', icon: '⊘' },
};

export const ITEM_STATES: Record<ItemState, Look> = {
  pending: { tone: 'grey', icon: '◔' },
  processing: { tone: 'run', icon: '▶' },
  completed: { tone: 'good', icon: '✓' },
  failed: { tone: 'err', icon: '✕' },
  unknown: { tone: 'warn', icon: '?' },
  skipped: { tone: 'grey', icon: '⊘' },
};

/** A batch that waits for nobody's approval is ready, not pending. */
export function batchWord(state: BatchState, approvalsNeeded: number): string {
  return state === 'pending' && approvalsNeeded === 0 ? 'batch.state.ready' : `batch.state.${state}`;
}
