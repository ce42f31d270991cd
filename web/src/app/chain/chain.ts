import { useQuery } from '@tanstack/react-query';
import { answer, api, BACKGROUND, type Schemas } from '@/api/client';
import { keys } from '../query';

type Task = Schemas['TaskView'];

/** What the newest verification that ended found. */
export interface Verified {
  at: string;
  sound: boolean;
  postings: number;
  violations: { invariant: string; count: number; first: string }[];
}

export function verifiedBy(tasks: readonly Task[]): Verified | null {
  const task = tasks.find((one) => one.status === 'completed' && typeof one.result?.sound === 'boolean');
  if (task === undefined) return null;
  const { sound, postings, violations } = task.result as { sound: boolean; postings?: number; violations?: Verified['violations'] };
  return { at: task.completed_at ?? task.created_at, sound, postings: postings ?? 0, violations: violations ?? [] };
}

/** The newest verifications, those that run as well. */
export function useVerifications(enabled = true) {
  const filter = { task_type: 'verify', pageSize: 20, page: 1 };
  return useQuery({
    queryKey: keys.tasks(filter),
    queryFn: async () => (await answer(api.GET('/api/v1/batch-tasks', { params: { query: filter }, headers: BACKGROUND }))).data,
    enabled,
    staleTime: 30_000,
  });
}
