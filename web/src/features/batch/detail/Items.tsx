import { Button, Drawer } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, BACKGROUND, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { isRunning, useProgressPart } from '@/app/live/use-progress';
import { useCan } from '@/app/session/session';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, usePages } from '@/ui/big-list/use-pages';
import { Money } from '@/ui/money/Money';
import { Chips, Empty, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useSearch } from '@/ui/use-search';
import { ItemPill } from '../StatePill';
import { ITEM_STATES, type BatchState, type ItemState } from '../words';
import type { BatchDetail } from './BatchPage';
import { ItemDialog, type ItemAction } from './ItemDialog';
import { ItemPanel } from './ItemPanel';

export type Item = Schemas['RelationView'];
type Filter = 'all' | ItemState;

const DECIDED: ItemState[] = ['completed', 'failed', 'skipped'];

/** All items of a batch, of any number. While it runs, only the pages on screen that still wait are read again. */
export function Items({ id, batch, state }: { id: string; batch: BatchDetail; state: BatchState }) {
  const { t } = useTranslation();
  const { search, set } = useSearch(['state', 'item'] as const);
  const filter = (Object.keys(ITEM_STATES) as ItemState[]).find((name) => name === search.state);
  const running = isRunning(state);
  const { rows, first } = usePages<Item>({
    queryKey: keys.batch.items(id, { state: filter }),
    fetchPage: async (page, signal) => {
      const query = { page, pageSize: PAGE_ROWS, ...(filter !== undefined && { state: filter }) };
      const { data, pagination } = await answer(api.GET('/api/batch-transfers/{id}/relations', { params: { path: { id }, query }, headers: running ? BACKGROUND : {}, signal }));
      return { data, total: pagination.total ?? data.length };
    },
    refetchEvery: running ? 1000 : undefined,
    settled: (items) => items.every((item) => DECIDED.includes(item.state)),
  });
  const [asked, setAsked] = useState<{ item: Item; action: ItemAction } | null>(null);
  const columns = useColumns(batch, (item, action) => setAsked({ item, action }));
  const open = first.data === undefined ? undefined : findRow(rows, search.item);
  return (
    <div className="stack tight">
      <Filters id={id} batch={batch} value={filter ?? 'all'} onChange={(next) => set({ state: next === 'all' ? '' : next })} />
      {first.error !== null && <ProblemNote error={first.error} onRetry={() => void first.refetch()} />}
      {first.data !== undefined && (
        <BigList<Item> label={t('batch.tab.items')} rows={rows} columns={columns}
          onOpen={(item) => set({ item: String(item.id) })} card={(item) => <ItemCard item={item} batch={batch} />}
          empty={filter === undefined ? <Empty text={t('batch.items.none')} /> : <NoMatch onClear={() => set({ state: '' })} />} />
      )}
      <Drawer open={open !== undefined} title={open === undefined ? '' : t('batch.items.line', { line: open.line })} size={440} onClose={() => set({ item: '' })}>
        {open !== undefined && <ItemPanel id={id} item={open} batch={batch} onAsk={(action) => setAsked({ item: open, action })} />}
      </Drawer>
      {asked !== null && <ItemDialog id={id} batch={batch} {...asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** The open item, if its page is loaded. */
function findRow(rows: { count: number; row: (index: number) => Item | undefined }, wanted: string): Item | undefined {
  if (wanted === '') return undefined;
  for (let index = 0; index < rows.count; index += 1) {
    const item = rows.row(index);
    if (item !== undefined && String(item.id) === wanted) return item;
  }
  return undefined;
}

function Filters({ id, batch, value, onChange }: { id: string; batch: BatchDetail; value: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation();
  const counts = useProgressPart(id, ({ successCount, failedCount, pendingCount, skippedCount }) => ({ successCount, failedCount, pendingCount, skippedCount })) ?? batch;
  const chips: { key: Filter; count?: number }[] = [
    { key: 'all', count: batch.totalCount },
    { key: 'failed', count: counts.failedCount },
    { key: 'unknown' },
    { key: 'pending', count: counts.pendingCount },
    { key: 'completed', count: counts.successCount },
    { key: 'skipped', count: counts.skippedCount },
  ];
  return <Chips<Filter> label={t('batch.items.filter')} value={value} onChange={onChange} chips={chips.map(({ key, count }) => ({ key, count, label: t(`batch.item.${key}`) }))} />;
}

function useColumns(batch: BatchDetail, onAsk: (item: Item, action: ItemAction) => void): Column<Item>[] {
  const { t } = useTranslation();
  const can = useCan();
  const collects = batch.type === 'many_to_one';
  return [
    { key: 'line', title: '#', width: '64px', cell: (item) => <span className="num">{item.line}</span> },
    { key: 'account', title: t(collects ? 'batch.items.payer' : 'batch.items.payee'), width: 'minmax(0, 1.3fr)', cell: (item) => (collects ? item.sourceAccount : item.targetAccount) },
    { key: 'reference', title: t('batch.items.reference'), width: 'minmax(0, 1fr)', cell: (item) => <bdi>{item.reference}</bdi> },
    { key: 'memo', title: t('batch.items.memo'), width: 'minmax(0, 1.4fr)', cell: (item) => <bdi>{item.memo}</bdi> },
    { key: 'amount', title: t('batch.items.amount'), width: 'minmax(0, 1fr)', right: true, cell: (item) => <Money value={item.amount} currency={batch.currency} bare /> },
    { key: 'fee', title: t('batch.figure.fees'), width: '84px', right: true, cell: (item) => (item.fee ? <Money value={item.fee} currency={batch.currency} bare /> : '–') },
    { key: 'result', title: t('batch.items.result'), width: 'minmax(0, 2.2fr)', cell: (item) => <Result item={item} /> },
    { key: 'action', title: '', width: '84px', cell: (item, active) => item.state === 'failed' && can('retryRelation') && (
      <Button size="small" tabIndex={active ? 0 : -1} onClick={() => onAsk(item, 'retry')}>{t('batch.retry.one')}…</Button>
    ) },
  ];
}

function Result({ item }: { item: Item }) {
  return <span title={item.errorMessage ?? undefined}><ItemPill state={item.state} /> <span>{item.errorMessage}</span></span>;
}

function ItemCard({ item, batch }: { item: Item; batch: BatchDetail }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="clip">{batch.type === 'many_to_one' ? item.sourceAccount : item.targetAccount}</span>
        <Money value={item.amount} currency={batch.currency} />
      </div>
      <div className="clip"><Result item={item} /></div>
    </>
  );
}
