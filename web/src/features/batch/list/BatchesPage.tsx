import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Pagination, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { Page } from '@/ui/Page';
import { Chips, Empty, Loading, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { useNarrow } from '@/ui/use-narrow';
import { useSearch } from '@/ui/use-search';
import { BATCH_STATES, type BatchState } from '../words';
import { BatchCards } from './BatchCards';
import { BatchTable } from './BatchTable';

export type Batch = Schemas['BatchView'];

/** Document 000's four words, above the exact states. */
const STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
const TYPES = ['one_to_many', 'many_to_one', 'many_to_many', 'deposit', 'withdrawal'] as const;
const PAGE = 20;

function useBatches() {
  const { search, set, clear, filtered } = useSearch(['q', 'status', 'state', 'type', 'page'] as const);
  const status = STATUSES.find((name) => name === search.status);
  const state = (Object.keys(BATCH_STATES) as BatchState[]).find((name) => name === search.state);
  const type = TYPES.find((name) => name === search.type);
  const page = /^[1-9]\d{0,3}$/.test(search.page) ? Number.parseInt(search.page, 10) : 1;
  const filter = {
    ...(search.q !== '' && { search: search.q }),
    ...(status !== undefined && { status }),
    ...(state !== undefined && { state }),
    ...(type !== undefined && { type }),
    page,
    pageSize: PAGE,
  };
  const batches = useQuery({
    queryKey: keys.batches(filter),
    queryFn: async ({ signal }) => (await answer(api.GET('/api/batch-transfers', { params: { query: filter }, signal }))).data,
    placeholderData: keepPreviousData,
  });
  return { search, set, clear, filtered, status, state, type, page, batches };
}

export function BatchesPage() {
  const { t } = useTranslation();
  const can = useCan();
  const narrow = useNarrow();
  const view = useBatches();
  const { batches, set } = view;
  const rows = batches.data?.batchTransfers ?? [];
  return (
    <Page title={t('app.menu.batches')} updating={batches.isFetching && !batches.isPending}
      actions={can('createBatchTransfer') && <Link to={paths.newBatch()}><Button type="primary">{t('batch.new')}</Button></Link>}>
      <Filters view={view} />
      {batches.isPending && <Loading lines={8} />}
      {batches.error !== null && <ProblemNote error={batches.error} onRetry={() => void batches.refetch()} />}
      {batches.data !== undefined && rows.length === 0 && (view.filtered ? <NoMatch onClear={view.clear} /> : (
        <div className="card"><Empty text={t('batch.list.none')} action={can('createBatchTransfer') && <Link to={paths.newBatch()}><Button>{t('batch.new')}</Button></Link>} /></div>
      ))}
      {rows.length > 0 && (narrow ? <BatchCards batches={rows} /> : <BatchTable batches={rows} />)}
      {(batches.data?.pagination.total ?? 0) > PAGE && (
        <Pagination align="end" current={view.page} pageSize={PAGE} showSizeChanger={false} total={batches.data?.pagination.total ?? 0}
          onChange={(page) => set({ page: page === 1 ? '' : String(page) })} />
      )}
    </Page>
  );
}

function Filters({ view }: { view: ReturnType<typeof useBatches> }) {
  const { t } = useTranslation();
  const { search, set, status, state, type, clear, filtered } = view;
  return (
    <>
      <Chips<'all' | (typeof STATUSES)[number]> label={t('batch.list.status')} value={status ?? 'all'}
        onChange={(next) => set({ status: next === 'all' ? '' : next, state: '', page: '' })}
        chips={(['all', ...STATUSES] as const).map((key) => ({ key, label: t(`batch.status.${key}`) }))} />
      <div className="row">
        <SearchBox label={t('batch.list.search')} value={search.q} onChange={(q) => set({ q, page: '' }, true)} />
        <Select aria-label={t('batch.column.type')} placeholder={t('batch.column.type')} allowClear style={{ minWidth: 150 }} value={type ?? null}
          options={TYPES.map((value) => ({ value, label: t(`batch.type.${value}`) }))} onChange={(value?: string) => set({ type: value ?? '', page: '' })} />
        <Select aria-label={t('batch.list.state')} placeholder={t('batch.list.state')} allowClear style={{ minWidth: 170 }} value={state ?? null}
          options={Object.keys(BATCH_STATES).map((value) => ({ value, label: t(`batch.state.${value}`) }))}
          onChange={(value?: string) => set({ state: value ?? '', status: '', page: '' })} />
        {filtered && <button type="button" className="link" onClick={clear}>{t('ui.clearFilters')}</button>}
      </div>
    </>
  );
}
