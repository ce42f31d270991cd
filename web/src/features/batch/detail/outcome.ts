import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import type { Progress } from '@/app/live/live';
import { keys, queries } from '@/app/query';
import { fromDecimal } from '@/money/amount';
import { useMoneyText } from '@/ui/money/Money';
import { groupByReason, readFailed } from '../reasons';

type Batch = Schemas['BatchDetailView'];
type Counts = Pick<Progress, 'successCount' | 'failedCount' | 'pendingCount' | 'skippedCount' | 'successAmount'>;

/** What came of a batch as people would write it to one another: figures, then each reason with its number. */
export function useOutcome(): (id: string, batch: Batch) => Promise<string> {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const number = (count: number) => count.toLocaleString(i18n.language);
  return async (id, batch) => {
    // A running batch has newer figures than its head.
    const counts: Counts = queries.getQueryData<Progress>(keys.batch.progress(id)) ?? batch;
    const parts = [t('batch.message.paid', { paid: number(counts.successCount), total: number(batch.totalCount), amount: text(fromDecimal(counts.successAmount, batch.currency)) })];
    for (const [name, count] of [['failed', counts.failedCount], ['pending', counts.pendingCount], ['skipped', counts.skippedCount]] as const) {
      if (count > 0) parts.push(t(`batch.message.${name}`, { count, shown: number(count) }));
    }
    const head = t('batch.message.line', { name: batch.name, number: batch.batchNumber, parts: parts.join(t('batch.message.comma')) });
    const failed = counts.failedCount > 0 ? await readFailed(id) : [];
    const lines = groupByReason(failed, batch.currency).map((reason) => `- ${number(reason.count)} × ${reason.message}`);
    const first = failed.length < counts.failedCount ? [t('batch.reasons.partial', { shown: number(failed.length), total: number(counts.failedCount) })] : [];
    return [head, ...lines, ...first].join('\n');
  };
}
