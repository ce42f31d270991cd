import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answer, api, BACKGROUND } from '@/api/client';
import { keys, queries } from '../query';
import { followTask, useConnected, type Task } from './live';

const POLL = 1000;
/** While events come, a fetch now and then fills a gap. */
const FILL_GAP = 5000;

export function hasEnded(task: { status: string }): boolean {
  return ['completed', 'failed', 'cancelled'].includes(task.status);
}

/** An end is final, and records are never counted back, except by an attempt that begins again. */
export function newerTask(known: Task | undefined, next: Task): Task {
  return known !== undefined && hasEnded(known) && !hasEnded(next) ? known : next;
}

/** A task, read once, then kept by events; without a connection it is asked for every second until it has ended. */
export function useTask(id: string) {
  const connected = useConnected();
  const found = useQuery({
    queryKey: keys.task(id),
    queryFn: async () => {
      const { data } = await answer(api.GET('/api/v1/batch-tasks/{id}', { params: { path: { id } }, headers: BACKGROUND }));
      return newerTask(queries.getQueryData<Task>(keys.task(id)), data);
    },
    refetchInterval: (query) => (query.state.data !== undefined && hasEnded(query.state.data) ? false : connected ? FILL_GAP : POLL),
  });
  const ended = found.data !== undefined && hasEnded(found.data);
  useEffect(() => {
    if (ended) return undefined;
    return followTask(id, (task) => queries.setQueryData(keys.task(id), newerTask(queries.getQueryData<Task>(keys.task(id)), task)));
  }, [id, ended]);
  return found;
}
