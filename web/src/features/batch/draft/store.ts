import { answer, api } from '@/api/client';
import { keyFor, settled } from '@/api/idempotency';
import { isUnclear, Problem } from '@/api/problem';
import { queries } from '@/app/query';
import { dropJournal, readJournal, writeJournal } from './journal';
import { loadDraft, NotADraft } from './load';
import { asCreation, asEdit, missing, type Plan } from './plan';

export const NEW = 'new';

export type Saving =
  | { state: 'saved'; at: number }
  | { state: 'saving' }
  /** Kept in this tab: the server cannot keep it before it is complete. */
  | { state: 'local' }
  | { state: 'failed'; problem: Problem }
  | { state: 'conflict'; by: string; at: string; version: number };

export type Draft =
  | { status: 'loading' }
  | { status: 'failed'; error: unknown }
  /** Submitted or cancelled elsewhere. */
  | { status: 'gone' }
  | { status: 'ready'; plan: Plan; saving: Saving };

const SAVE_AFTER = 400;

/** One draft in this tab. It saves itself: one request at a time, each on the version that the last one made. */
export class DraftStore {
  draft: Draft = { status: 'loading' };
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<void> | null = null;
  private readonly tabs: BroadcastChannel;

  constructor(private readonly user: string, private id: string, private readonly onNumber: (number: string) => void) {
    this.tabs = new BroadcastChannel(`drafts:${user}`);
    this.tabs.onmessage = (event: MessageEvent<{ batch: string; version: number }>) => this.heard(event.data);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(draft: Draft): void {
    this.draft = draft;
    this.listeners.forEach((listener) => listener());
  }

  /** The server's draft, unless this tab holds changes that the server has not seen. */
  async load(): Promise<void> {
    const kept = readJournal(this.user, this.id);
    if (this.id === NEW) {
      this.set(kept === null ? { status: 'gone' } : { status: 'ready', plan: kept, saving: { state: 'local' } });
      if (kept !== null) this.schedule();
      return;
    }
    try {
      const plan = await loadDraft(this.id);
      const mine = kept !== null && (kept.dirty || kept.version === plan.version) ? kept : plan;
      this.set({ status: 'ready', plan: mine, saving: { state: 'saved', at: Date.now() } });
      if (mine.dirty) this.schedule();
    } catch (error) {
      this.set(error instanceof NotADraft ? { status: 'gone' } : { status: 'failed', error });
    }
  }

  change(change: Partial<Plan>): void {
    if (this.draft.status !== 'ready') return;
    const plan = { ...this.draft.plan, ...change, dirty: true };
    writeJournal(this.user, this.id, plan);
    this.set({ ...this.draft, plan });
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), SAVE_AFTER);
  }

  /** Sends what is not saved yet; true if the server has everything. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    if (this.sending !== null) await this.sending;
    if (this.draft.status !== 'ready' || !this.draft.plan.dirty) return this.draft.status === 'ready';
    if (missing(this.draft.plan) !== null) {
      this.set({ ...this.draft, saving: { state: 'local' } });
      return false;
    }
    this.sending = this.send(this.draft.plan).finally(() => (this.sending = null));
    await this.sending;
    return this.isSaved();
  }

  private isSaved(): boolean {
    return this.draft.status === 'ready' && !this.draft.plan.dirty;
  }

  private async send(sent: Plan): Promise<void> {
    this.patch({ state: 'saving' });
    try {
      const { batch, version } = sent.batch === null ? await create(sent) : await edit(sent.batch, sent);
      this.saved(sent, batch, version);
    } catch (cause) {
      this.refused(cause);
    }
  }

  private saved(sent: Plan, batch: string, version: number): void {
    if (this.draft.status !== 'ready') return;
    const now = this.draft.plan;
    const plan = { ...now, batch, version, dirty: now !== sent };
    const from = this.id;
    if (from !== batch) dropJournal(this.user, from);
    this.id = batch;
    writeJournal(this.user, batch, plan);
    if (from !== batch) this.onNumber(batch);
    this.set({ status: 'ready', plan, saving: { state: 'saved', at: Date.now() } });
    this.tabs.postMessage({ batch, version });
    void queries.invalidateQueries({ queryKey: ['batches'] });
    void queries.invalidateQueries({ queryKey: ['batch', batch] });
    if (plan.dirty) this.schedule();
  }

  private refused(cause: unknown): void {
    const problem = cause instanceof Problem ? cause : new Problem({ code: 'ANSWER_UNCLEAR', message: String(cause) });
    if (problem.code === 'DRAFT_CHANGED') {
      const data = problem.data as { changedBy: string; changedAt: string; version: number };
      this.patch({ state: 'conflict', by: data.changedBy, at: data.changedAt, version: data.version });
    } else if (problem.code === 'BATCH_WRONG_STATE') {
      this.set({ status: 'gone' });
    } else {
      this.patch({ state: 'failed', problem });
    }
  }

  private patch(saving: Saving): void {
    if (this.draft.status === 'ready') this.set({ ...this.draft, saving });
  }

  /** After a conflict: what the other person saved, or what is here. */
  async keepTheirs(): Promise<void> {
    dropJournal(this.user, this.id);
    this.set({ status: 'loading' });
    await this.load();
  }

  keepMine(): void {
    if (this.draft.status !== 'ready' || this.draft.saving.state !== 'conflict') return;
    this.set({ ...this.draft, plan: { ...this.draft.plan, version: this.draft.saving.version } });
    void this.flush();
  }

  /** Another window of the same person saved: this one follows if it holds nothing of its own. */
  private heard({ batch, version }: { batch: string; version: number }): void {
    if (this.draft.status === 'ready' && this.draft.plan.batch === batch && !this.draft.plan.dirty && this.draft.plan.version < version) {
      dropJournal(this.user, this.id);
      void this.load();
    }
  }

  forget(): void {
    dropJournal(this.user, this.id);
    this.tabs.close();
  }
}

async function create(plan: Plan): Promise<{ batch: string; version: number }> {
  const body = asCreation(plan);
  // One draft, however often the request is repeated: the key is kept until the answer is here.
  const key = keyFor('create-draft', JSON.stringify(body));
  try {
    const { data } = await answer(api.POST('/api/batch-transfers', { params: { header: { 'Idempotency-Key': key } }, body }));
    settled('create-draft');
    return { batch: data.batchNumber, version: data.version };
  } catch (cause) {
    if (cause instanceof Problem && !isUnclear(cause)) settled('create-draft');
    throw cause;
  }
}

async function edit(id: string, plan: Plan): Promise<{ batch: string; version: number }> {
  const params = { path: { id }, header: { 'If-Match': `"${plan.version}"` } };
  const { data } = await answer(api.PATCH('/api/batch-transfers/{id}', { params, body: asEdit(plan) }));
  return { batch: data.batchNumber, version: data.version };
}
