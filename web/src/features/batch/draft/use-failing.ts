import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { PAGE_ROWS } from '@/ui/big-list/use-pages';
import type { Foreseen } from './CheckRows';
import type { Preview } from './StepCheck';

/** `only=refused` of the preview is not used yet (API-GAPS, G6): pages are read until all of the rows that would fail are found. */
export function useFailing(batch: string, version: number, preview: Preview, wanted: boolean) {
  return useQuery({
    queryKey: keys.batch.preview(batch, version, { failing: preview.failedCount }),
    queryFn: async ({ signal }) => {
      const found: Foreseen[] = [];
      for (let page = 1; found.length < preview.failedCount && (page - 1) * PAGE_ROWS < preview.totalCount; page += 1) {
        const { data } = await answer(api.POST('/api/batch-transfers/{id}/preview', { params: { path: { id: batch }, query: { page, pageSize: PAGE_ROWS } }, signal }));
        found.push(...data.relations.filter((row) => !row.ok));
      }
      return found;
    },
    enabled: wanted,
  });
}
