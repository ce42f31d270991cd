import { useEffect, useSyncExternalStore } from 'react';
import { useMe } from '@/app/session/session';
import { dropJournal } from './journal';
import { DraftStore, NEW, type Draft } from './store';

// Stores outlive the pages of the wizard's steps, so that nothing is read again between them.
const stores = new Map<string, DraftStore>();

function storeOf(user: string, id: string): DraftStore {
  const name = `${user}:${id}`;
  const known = stores.get(name);
  if (known !== undefined) return known;
  const store: DraftStore = new DraftStore(user, id, (number) => {
    // Both addresses lead to it until the page has moved on.
    stores.set(`${user}:${number}`, store);
  });
  stores.set(name, store);
  void store.load();
  return store;
}

/** The draft behind an address. */
export function useDraft(id: string): { draft: Draft; store: DraftStore } {
  const { user } = useMe();
  const store = storeOf(user.id, id);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      const { draft } = store;
      if (draft.status === 'ready' && draft.saving.state === 'failed') event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [store]);
  const draft = useSyncExternalStore(store.subscribe, () => store.draft);
  return { draft, store };
}

/** A draft that is not needed any more, such as after sending. */
export function forgetDraft(user: string, id: string): void {
  stores.get(`${user}:${id}`)?.forget();
  stores.delete(`${user}:${id}`);
  stores.delete(`${user}:${NEW}`);
}

/** Makes room for a new draft; one that has a number by now goes on under it. */
export function startAfresh(user: string): void {
  stores.delete(`${user}:${NEW}`);
  dropJournal(user, NEW);
}
