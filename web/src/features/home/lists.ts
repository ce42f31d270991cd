import { useQueries, useQuery } from '@tanstack/react-query';
import { answer, api, BACKGROUND, type Schemas } from '@/api/client';
import { keys } from '@/app/query';

type Batch = Schemas['BatchView'];

/** Lines of a list; what is beyond is found in the list itself. */
export const SHOWN = 8;
const AGAIN = 30_000;

/** The newest batches in a state. They are read again now and then: a batch of somebody else changes without a notice. */
export function useByState(state: Schemas['BatchStateWord'], enabled = true) {
  const filter = { state, pageSize: SHOWN, page: 1 };
  return useQuery({
    queryKey: keys.batches(filter),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers', { params: { query: filter }, headers: BACKGROUND }))).data.batchTransfers,
    enabled,
    refetchInterval: AGAIN,
  });
}

/** The newest tasks in a state. */
export function useTasksBy(status: 'processing' | 'pending' | 'failed') {
  const filter = { status, pageSize: SHOWN, page: 1 };
  return useQuery({
    queryKey: keys.tasks(filter),
    queryFn: async () => (await answer(api.GET('/api/v1/batch-tasks', { params: { query: filter }, headers: BACKGROUND }))).data,
    refetchInterval: AGAIN,
  });
}

/** Those of some batches that have an item whose outcome is unknown. The server has no list of them: each is asked. */
export function useUnknown(batches: Batch[]): Batch[] {
  const query = { state: 'unknown' as const, page: 1, pageSize: 1 };
  const asked = useQueries({
    queries: batches.map((batch) => ({
      queryKey: keys.batch.items(batch.batchNumber, query),
      queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}/relations', { params: { path: { id: batch.batchNumber }, query }, headers: BACKGROUND }))).data.length,
      staleTime: AGAIN,
    })),
  });
  return batches.filter((_, index) => (asked[index]?.data ?? 0) > 0);
}
