import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { Money, useMoneyText } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { groupByReason, readFailed } from '../reasons';

/** The reasons, each with its number and sum, then the items themselves. */
export function FailedItems({ id, batch }: { id: string; batch: Schemas['BatchDetailView'] }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const failed = useQuery({ queryKey: [...keys.batch.reasons(id), batch.failedCount], queryFn: () => readFailed(id) });
  if (failed.isPending) return <Loading />;
  if (failed.error !== null) return <ProblemNote error={failed.error} onRetry={() => void failed.refetch()} />;
  const number = (count: number) => count.toLocaleString(i18n.language);
  const collects = batch.type === 'many_to_one';
  return (
    <Card title={t('batch.tab.reasons')}>
      <div className="stack">
        {failed.data.length < batch.failedCount && <p className="warn-text" style={{ margin: 0 }}>{t('batch.reasons.partial', { shown: number(failed.data.length), total: number(batch.failedCount) })}</p>}
        <ul style={{ margin: 0, paddingInlineStart: 18 }}>
          {groupByReason(failed.data, batch.currency).map((reason) => (
            <li key={reason.code}>{number(reason.count)} × {reason.message}{reason.sum !== null && <span className="num"> · {text(reason.sum)}</span>}</li>
          ))}
        </ul>
        <div className="scroll" role="region" tabIndex={0} aria-label={t('record.failedItems')}>
          <table>
            <thead>
              <tr>
                <th scope="col">#</th><th scope="col">{t(collects ? 'batch.items.payer' : 'batch.items.payee')}</th>
                <th scope="col" className="right">{t('batch.items.amount')}</th><th scope="col">{t('batch.tab.reasons')}</th>
              </tr>
            </thead>
            <tbody>
              {failed.data.map((item) => (
                <tr key={item.id}>
                  <td className="num">{item.line}</td>
                  <td>{collects ? item.sourceAccount : item.targetAccount}</td>
                  <td className="right"><Money value={item.amount} currency={batch.currency} /></td>
                  <td>{item.errorMessage}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Card>
  );
}
