import type { Operation } from '@/api/operations';
import { answer, api, type Schemas } from '@/api/client';
import type { BatchState } from './words';

/** What a person can do to a whole batch through the dialog. */
export type Verb = 'execute' | 'pause' | 'resume' | 'interrupt' | 'cancel' | 'retryFailed' | 'skipFailed' | 'recall' | 'reopen';

interface Known {
  operation: Operation;
  danger?: boolean;
  /** Whether it moves money and so may need codes. */
  takesCodes: boolean;
}

export const VERBS: Record<Verb, Known> = {
  execute: { operation: 'executeBatchTransfer', takesCodes: true },
  pause: { operation: 'pauseBatchTransfer', takesCodes: false },
  resume: { operation: 'resumeBatchTransfer', takesCodes: true },
  interrupt: { operation: 'cancelBatchTransfer', danger: true, takesCodes: false },
  cancel: { operation: 'cancelBatchTransfer', danger: true, takesCodes: false },
  retryFailed: { operation: 'retryFailedRelations', takesCodes: true },
  skipFailed: { operation: 'skipFailedRelations', danger: true, takesCodes: false },
  recall: { operation: 'recallBatchTransfer', takesCodes: false },
  reopen: { operation: 'reopenBatchTransfer', takesCodes: false },
};

interface Facts {
  state: BatchState;
  approvalsNeeded: number;
  interrupted: boolean;
  failed: number;
  own: boolean;
}

/** The verbs that a state offers, the most likely first. */
export function offered({ state, approvalsNeeded, interrupted, failed, own }: Facts): Verb[] {
  const mine: Verb[] = own ? ['recall'] : [];
  switch (state) {
    case 'draft':
      return ['cancel'];
    case 'pending':
      return approvalsNeeded === 0 ? ['execute', ...mine, 'cancel'] : [...mine, 'cancel'];
    case 'approved':
      return ['execute', ...mine, 'cancel'];
    case 'processing':
      return ['pause', 'interrupt'];
    case 'paused':
      return ['resume', 'interrupt'];
    case 'partially_completed':
    case 'failed':
      return [...(failed > 0 ? (['retryFailed'] as const) : []), ...(interrupted ? (['resume'] as const) : []), ...(failed > 0 ? (['skipFailed'] as const) : [])];
    case 'rejected':
      return own ? ['reopen'] : [];
    case 'completed':
    case 'cancelled':
      return [];
  }
}

/** Sends a verb. All of them answer with the batch's new state. */
export function sendVerb(verb: Verb, id: string, key: string, consent: Schemas['BatchConsentInput'], note: string, signal: AbortSignal): Promise<unknown> {
  const init = { params: { path: { id }, header: { 'Idempotency-Key': key } }, signal };
  const noted = { ...init, body: note === '' ? {} : { note } };
  switch (verb) {
    case 'execute':
      return answer(api.POST('/api/batch-transfers/{id}/execute', { ...init, body: consent }));
    case 'resume':
      return answer(api.POST('/api/batch-transfers/{id}/resume', { ...init, body: consent }));
    case 'retryFailed':
      return answer(api.POST('/api/batch-transfers/{id}/retry-failed', { ...init, body: consent }));
    case 'skipFailed':
      return answer(api.POST('/api/batch-transfers/{id}/skip-failed', { ...init, body: {} }));
    case 'pause':
      return answer(api.POST('/api/batch-transfers/{id}/pause', noted));
    case 'interrupt':
    case 'cancel':
      return answer(api.POST('/api/batch-transfers/{id}/cancel', noted));
    case 'recall':
      return answer(api.POST('/api/batch-transfers/{id}/recall', noted));
    case 'reopen':
      return answer(api.POST('/api/batch-transfers/{id}/reopen', noted));
  }
}
