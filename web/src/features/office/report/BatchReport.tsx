import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { shift, startOfDay } from '@/ui/day';
import { Money } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import type { Range } from './period';

const PAGE = 100;

/** The batches that were created in the period. They have no totals: the server adds up by day and by account only. */
export function BatchReport({ range, zone, page, onPage }: { range: Range; zone: string; page: number; onPage: (page: number) => void }) {
  const { t, i18n } = useTranslation();
  const query = { createdFrom: startOfDay(range.from, zone), createdTo: startOfDay(shift(range.to, 1), zone), page, pageSize: PAGE };
  const found = useQuery({
    queryKey: keys.batches(query),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers', { params: { query } }))).data,
    placeholderData: keepPreviousData,
  });
  if (found.error !== null) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading lines={8} />;
  const { batchTransfers: batches, pagination } = found.data;
  if (batches.length === 0) return <div className="card"><Empty text={t('report.noBatches')} /></div>;
  const number = (count: number) => count.toLocaleString(i18n.language);
  return (
    <Card title={t('report.by.batch')}>
      <div className="stack">
        <p className="soft" style={{ margin: 0 }}>{t('report.batchHint')}</p>
        <div className="report-table" role="region" tabIndex={0} aria-label={t('report.by.batch')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('report.column.batch')}</th><th scope="col">{t('report.column.created')}</th><th scope="col">{t('report.column.state')}</th>
                {(['total', 'sent', 'fees', 'count', 'paid', 'failed'] as const).map((name) => <th key={name} scope="col" className="right">{t(`report.column.${name}`)}</th>)}
              </tr>
            </thead>
            <tbody>
              {batches.map((batch) => (
                <tr key={batch.id}>
                  <th scope="row"><Link to={paths.batch(batch.batchNumber)}><bdi>{batch.name}</bdi></Link><div className="soft small">{batch.batchNumber}</div></th>
                  <td><Time at={batch.createdAt} /></td>
                  <td>{t(`batch.state.${batch.state}`)}</td>
                  <td className="right"><Money value={batch.totalAmount} currency={batch.currency} /></td>
                  <td className="right strong"><Money value={batch.successAmount} currency={batch.currency} bare /></td>
                  <td className="right"><Money value={batch.feeAmount} currency={batch.currency} bare /></td>
                  <td className="right num">{number(batch.totalCount)}</td>
                  <td className="right num">{number(batch.successCount)}</td>
                  <td className={batch.failedCount > 0 ? 'right num bad' : 'right num'}>{number(batch.failedCount)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {(pagination.total ?? 0) > PAGE && (
          <Pagination className="no-print" current={page} pageSize={PAGE} total={pagination.total ?? 0} showSizeChanger={false} onChange={onPage} />
        )}
      </div>
    </Card>
  );
}
