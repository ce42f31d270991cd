import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { PAGE_ROWS } from '@/ui/big-list/use-pages';
import type { Foreseen } from './CheckRows';
import type { Preview } from './StepCheck';

/** The rows that would fail, and no others. */
export function useFailing(batch: string, version: number, preview: Preview, wanted: boolean) {
  return useQuery({
    queryKey: keys.batch.preview(batch, version, { failing: preview.failedCount }),
    queryFn: async ({ signal }) => {
      const found: Foreseen[] = [];
      for (let page = 1; ; page += 1) {
        const { data } = await answer(api.POST('/api/batch-transfers/{id}/preview', { params: { path: { id: batch }, query: { page, pageSize: PAGE_ROWS, only: 'refused' } }, signal }));
        found.push(...data.relations);
        if (data.relations.length < PAGE_ROWS) return found;
      }
    },
    enabled: wanted,
  });
}
