import { useEffect, useState, useSyncExternalStore } from 'react';
import { onProblem } from '@/api/client';
import { isServerAway } from '@/api/problem';
import { queries } from '../query';

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

export function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine);
}

const LONGEST_WAIT = 30;

/** Seconds until the server is asked again, or null if it answers. It is asked after 1, 2, 4 … 30 seconds. */
export function useServerAway(): number | null {
  const [wait, setWait] = useState<{ round: number; left: number } | null>(null);

  useEffect(
    () => onProblem((problem) => isServerAway(problem) && setWait((now) => now ?? { round: 0, left: 1 })),
    [],
  );

  useEffect(() => {
    if (wait === null) {
      return undefined;
    }
    const timer = setTimeout(() => {
      if (wait.left > 1) {
        setWait({ ...wait, left: wait.left - 1 });
        return;
      }
      void serverAnswers().then((answers) => {
        const round = wait.round + 1;
        setWait(answers ? null : { round, left: Math.min(2 ** round, LONGEST_WAIT) });
        if (answers) {
          void queries.invalidateQueries();
        }
      });
    }, 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  return wait?.left ?? null;
}

async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch('/readyz', { headers: { 'x-sluice-background': '1' } })).ok;
  } catch {
    return false;
  }
}
