import { Button, Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '@/app/paths';
import { useCan } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { Time } from '@/ui/Time';
import { StatePill } from '../StatePill';
import type { Batch } from './BatchesPage';
import { LiveCounts } from './LiveCounts';

/** Columns and their titles are document 000's. */
export function BatchTable({ batches }: { batches: Batch[] }) {
  const { t } = useTranslation();
  const columns: TableColumnsType<Batch> = [
    { key: 'name', title: t('batch.column.name'), render: (_, batch) => (
      <div><Link className="strong" to={openPath(batch)}><bdi>{batch.name}</bdi></Link><div className="soft small">{batch.batchNumber}</div></div>
    ) },
    { key: 'type', title: t('batch.column.type'), width: 130, render: (_, batch) => t(`batch.type.${batch.type}`) },
    { key: 'status', title: t('batch.column.status'), width: 170, render: (_, batch) => <StatePill state={batch.state} /> },
    { key: 'total', title: t('batch.column.total'), align: 'right', width: 190, render: (_, batch) => <Money value={batch.totalAmount} currency={batch.currency} /> },
    { key: 'counts', title: t('batch.column.counts'), width: 170, render: (_, batch) => <LiveCounts batch={batch} /> },
    { key: 'created', title: t('batch.column.created'), width: 190, render: (_, batch) => (
      <div><Time at={batch.createdAt} /><div className="soft small">{batch.createdBy}</div></div>
    ) },
    { key: 'action', title: t('batch.column.action'), width: 120, render: (_, batch) => <RowAction batch={batch} /> },
  ];
  return <Table<Batch> rowKey="id" size="middle" columns={columns} dataSource={batches} pagination={false} scroll={{ x: 'max-content' }} />;
}

export function openPath(batch: Batch): string {
  return paths.batch(batch.batchNumber);
}

export function RowAction({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const can = useCan();
  const isDraft = batch.state === 'draft' && can('editBatchTransfer');
  return (
    <Link to={isDraft ? paths.draft(batch.batchNumber, 'who') : openPath(batch)}>
      <Button size="small">{t(isDraft ? 'batch.list.continue' : 'batch.list.details')}</Button>
    </Link>
  );
}
