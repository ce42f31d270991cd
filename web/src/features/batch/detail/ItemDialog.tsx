import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys, queries } from '@/app/query';
import { fromDecimal } from '@/money/amount';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { useMoneyText } from '@/ui/money/Money';
import type { BatchDetail } from './BatchPage';
import type { Item } from './Items';

export type ItemAction = 'retry' | 'skip';

/** Retry or skip of one item. */
export function ItemDialog({ id, item, action, batch, onClose }: { id: string; item: Item; action: ItemAction; batch: BatchDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const text = useMoneyText();
  const account = batch.type === 'many_to_one' ? item.sourceAccount : item.targetAccount;
  const figures = { account, amount: item.amount == null ? '–' : text(fromDecimal(item.amount, batch.currency)) };
  const path = { id, relationId: String(item.id) };
  const done = () => {
    void queries.invalidateQueries({ queryKey: keys.batch.all(id) });
    onClose();
  };
  const isRetry = action === 'retry';
  return (
    <MoneyDialog
      subject={`${action}:${id}:${item.id}`}
      content={item.updatedAt}
      title={t(isRetry ? 'batch.retry.askOne' : 'batch.skip.askOne', figures)}
      confirm={t(isRetry ? 'batch.retry.goOne' : 'batch.skip.goOne')}
      takesCodes={isRetry}
      send={(key, consent, signal) => {
        const params = { path, header: { 'Idempotency-Key': key } };
        return isRetry
          ? answer(api.POST('/api/batch-transfers/{id}/relations/{relationId}/retry', { params, body: consent, signal }))
          : answer(api.POST('/api/batch-transfers/{id}/relations/{relationId}/skip', { params, body: {}, signal }));
      }}
      onDone={done}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{isRetry ? item.errorMessage : t('batch.skip.effect')}</p>
    </MoneyDialog>
  );
}
