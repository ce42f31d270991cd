import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { answer, api, onProblem, type Schemas } from '@/api/client';
import { forgetKeys } from '@/api/idempotency';
import type { Operation } from '@/api/operations';
import { paths } from '../paths';
import { keys, queries } from '../query';

export type Me = Schemas['MeView'];

export async function readMe(): Promise<Me> {
  return (await answer(api.GET('/api/v1/auth/me'))).data;
}

export function useMe(): Me {
  const { data } = useQuery({ queryKey: keys.me, queryFn: readMe, staleTime: 300_000 });
  if (data === undefined) {
    throw new Error('a page was shown before the person was known');
  }
  return data;
}

/** Whether the signed-in person may do something: the server's list decides, never the name of a role. */
export function useCan(): (operation: Operation) => boolean {
  const { operations } = useMe();
  return (operation) => operations.includes(operation);
}

/**
 * Whether the person may change what somebody made. Those who may move money change everybody's things; others, as operators,
 * their own: the server's list of operations doesn't say which, so this follows its roles.
 */
export function useCanChange(): (operation: Operation, createdBy: string) => boolean {
  const { operations, user } = useMe();
  return (operation, createdBy) => mayChange(operations, user.login, operation, createdBy);
}

export function mayChange(operations: readonly string[], login: string, operation: Operation, createdBy: string): boolean {
  return operations.includes(operation) && (createdBy === login || operations.includes('executeBatchTransfer'));
}

// The session ended while the page was open: the page stays as it is under a dialog that signs in again.
let ended = false;
const listeners = new Set<() => void>();

function setEnded(now: boolean): void {
  ended = now;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(subscribe, () => ended);
}

const tabs = new BroadcastChannel('session');

/** Watches for the end of the session: a refusal of the server, or another tab that signed out or in as somebody else. */
export function watchSession(): void {
  onProblem((problem) => {
    if (problem.code === 'AUTH_REQUIRED' && queries.getQueryData(keys.me) !== undefined) {
      setEnded(true);
    }
  });
  tabs.onmessage = (event: MessageEvent<unknown>) => {
    if (event.data === 'signed-out' && queries.getQueryData(keys.me) !== undefined) {
      leave();
    } else if (typeof event.data === 'string' && event.data.startsWith('signed-in:')) {
      meet(event.data.slice('signed-in:'.length));
    }
  };
  // A page that comes back out of the browser's memory may belong to a session that has ended.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) {
      void queries.invalidateQueries({ queryKey: keys.me });
    }
  });
}

/** Another tab signed in: the same person goes on here, for anybody else this tab starts afresh. */
function meet(user: string): void {
  const me = queries.getQueryData<Me>(keys.me);
  if (me === undefined) {
    return;
  }
  if (me.user.id !== user) {
    window.location.assign(paths.home());
  } else if (ended) {
    resumeSession(me);
  }
}

/** Signed in for the first time in this tab. */
export function beginSession(me: Me): void {
  queries.clear();
  queries.setQueryData(keys.me, me);
  tabs.postMessage(`signed-in:${me.user.id}`);
}

/** Signed in again over the page. What failed meanwhile is read again; somebody else gets a page of their own. */
export function resumeSession(me: Me): void {
  const before = queries.getQueryData<Me>(keys.me);
  if (before !== undefined && before.user.id !== me.user.id) {
    sessionStorage.clear();
    window.location.assign(paths.home());
    return;
  }
  queries.setQueryData(keys.me, me);
  setEnded(false);
  tabs.postMessage(`signed-in:${me.user.id}`);
  void queries.invalidateQueries();
}

export async function signOut(): Promise<void> {
  await answer(api.POST('/api/v1/auth/logout')).catch(() => undefined);
  tabs.postMessage('signed-out');
  leave();
}

/** Drops everything this tab knows. A hard navigation also ends the socket. */
function leave(): void {
  forgetKeys();
  sessionStorage.clear();
  queries.clear();
  window.location.assign(paths.signIn());
}
