import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answer, api, BACKGROUND } from '@/api/client';
import { keys, queries } from '../query';
import { follow, newestPerFrame, useConnected, type Progress } from './live';
import { newer } from './newest';

const POLL = 2000;
/** While events come, a fetch now and then fills a gap. */
const FILL_GAP = 5000;

export function isRunning(state: string): boolean {
  return state === 'processing';
}

async function readProgress(id: string): Promise<Progress> {
  const params = { path: { id } };
  const { data } = await answer(api.GET('/api/batch-transfers/{id}/progress', { params, headers: BACKGROUND }));
  return newer(queries.getQueryData<Progress>(keys.batch.progress(id)), data);
}

/** The progress of a batch, read once, then kept by events; without a connection it is asked for every two seconds. */
export function useProgress(id: string, batch: number | undefined, live: boolean): void {
  const connected = useConnected();
  useQuery({
    queryKey: keys.batch.progress(id),
    queryFn: () => readProgress(id),
    refetchInterval: (query) => (isRunning(query.state.data?.state ?? '') || live ? (connected ? FILL_GAP : POLL) : false),
  });
  useEffect(() => {
    if (batch === undefined || !live) return undefined;
    let state = queries.getQueryData<Progress>(keys.batch.progress(id))?.state;
    return follow(
      batch,
      newestPerFrame((progress) => {
        const known = queries.getQueryData<Progress>(keys.batch.progress(id));
        const latest = newer(known, progress);
        queries.setQueryData(keys.batch.progress(id), latest);
        if (latest.state !== state) {
          state = latest.state;
          void queries.invalidateQueries({ queryKey: keys.batch.all(id) });
          void queries.invalidateQueries({ queryKey: ['batches'] });
        }
      }),
    );
  }, [id, batch, live]);
}

/** One part of the progress: a part of the page renders only when its own part changes. */
export function useProgressPart<T>(id: string, select: (progress: Progress) => T): T | undefined {
  return useQuery({ queryKey: keys.batch.progress(id), queryFn: () => readProgress(id), select, staleTime: Infinity }).data;
}
