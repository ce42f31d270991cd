import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, usePages } from '@/ui/big-list/use-pages';
import { Money } from '@/ui/money/Money';
import { Chips, Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Differing } from './Differing';

type Change = Schemas['ChangeView'];
type Kind = Schemas['BatchChangeWord'];
type View = 'changed' | 'rows' | Kind;

/** What deserves a look comes first, the most dangerous at the top. */
const ORDER: Kind[] = ['account_changed', 'holder_changed', 'account_opened', 'payee_new', 'first_payment', 'amount_moved', 'paid_recently', 'payee_gone'];

export function Changes({ batchId, currency, type }: { batchId: string; currency: string; type: Schemas['BatchTypeWord'] }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('changed');
  const report = useQuery({
    queryKey: keys.batch.changes(batchId, { head: 1 }),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}/changes', { params: { path: { id: batchId }, query: { pageSize: 1 } } }))).data,
  });
  const counts = report.data?.counts ?? [];
  const listed = counts.reduce((sum, entry) => sum + entry.count, 0);
  const base = report.data?.base;
  const kinds = ORDER.flatMap((kind) => counts.filter((entry) => entry.kind === kind && entry.count > 0));
  return (
    <div className="stack tight">
      <h2>{base ? t('approval.changes.since', { name: base.name }) : t('approval.changes.noBase')}</h2>
      {report.isPending && <Loading lines={2} />}
      {report.error !== null && <ProblemNote error={report.error} onRetry={() => void report.refetch()} />}
      <Chips<View> label={t('approval.changes.label')} value={view} onChange={setView}
        chips={[
          { key: 'changed', label: t('approval.changes.changed'), count: listed },
          ...kinds.map((entry) => ({ key: entry.kind, label: t(`approval.kind.${entry.kind}`), count: entry.count })),
          { key: 'rows', label: t('approval.changes.all') },
        ]} />
      {view === 'rows' ? <Rows batchId={batchId} currency={currency} type={type} /> : <List batchId={batchId} currency={currency} kind={view === 'changed' ? undefined : view} />}
    </div>
  );
}

function List({ batchId, currency, kind }: { batchId: string; currency: string; kind: Kind | undefined }) {
  const { t } = useTranslation();
  const { rows, first } = usePages<Change>({
    queryKey: keys.batch.changes(batchId, { kind }),
    fetchPage: async (page, signal) => readChanges(batchId, kind, page, signal),
  });
  const columns = useColumns(currency);
  if (first.error !== null) return <ProblemNote error={first.error} onRetry={() => void first.refetch()} />;
  if (first.data === undefined) return <Loading lines={3} />;
  return <BigList<Change> label={t('approval.changes.label')} rows={rows} columns={columns} card={(change) => <ChangeCard change={change} currency={currency} />} height="max(240px, 100vh - 560px)"
    empty={<Empty text={t('approval.changes.none')} />} />;
}

/** The report has no page numbers: a page behind the first is reached by its cursors. */
async function readChanges(batchId: string, kind: Kind | undefined, page: number, signal: AbortSignal) {
  let cursor: string | null | undefined;
  for (let at = 1; ; at += 1) {
    const query = { pageSize: PAGE_ROWS, ...(kind !== undefined && { kind }), ...(cursor && { cursor }) };
    const { data } = await answer(api.GET('/api/batch-transfers/{id}/changes', { params: { path: { id: batchId }, query }, signal }));
    const total = data.counts.filter((entry) => kind === undefined || entry.kind === kind).reduce((sum, entry) => sum + entry.listed, 0);
    cursor = data.pagination.nextCursor;
    if (at === page || !cursor) return { data: at === page ? data.changes : [], total };
  }
}

function useColumns(currency: string): Column<Change>[] {
  const { t } = useTranslation();
  const money = (value: string | null | undefined) => (value ? <Money value={value} currency={currency} bare /> : '–');
  return [
    { key: 'kind', title: t('approval.changes.why'), width: 'minmax(0, 1.2fr)', cell: (change) => t(`approval.kind.${change.kind}`) },
    { key: 'holder', title: t('approval.changes.payee'), width: 'minmax(0, 1.3fr)', cell: (change) => <bdi>{change.holder}</bdi> },
    { key: 'account', title: t('approval.changes.account'), width: 'minmax(0, 1.6fr)', cell: (change) => <Differing before={change.accountBefore ?? null} after={change.account} /> },
    { key: 'was', title: t('approval.changes.was'), width: 'minmax(0, 1fr)', right: true, cell: (change) => money(change.amountBefore) },
    { key: 'now', title: t('approval.changes.now'), width: 'minmax(0, 1fr)', right: true, cell: (change) => money(change.amount) },
    { key: 'more', title: '', width: 'minmax(0, 1.2fr)', cell: (change) => <More change={change} /> },
  ];
}

function More({ change }: { change: Change }) {
  const { t } = useTranslation();
  if (change.paidByBatch) return <>{t('approval.changes.paidBy', { batch: change.paidByBatch })}</>;
  return <>{change.fields.map((field) => `${field.field}: ${field.before ?? '–'} → ${field.after ?? '–'}`).join('; ')}</>;
}

function ChangeCard({ change, currency }: { change: Change; currency: string }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <bdi className="clip">{change.holder ?? change.account}</bdi>
        {change.amount && <Money value={change.amount} currency={currency} />}
      </div>
      <div className="clip soft">{t(`approval.kind.${change.kind}`)} · <Differing before={change.accountBefore ?? null} after={change.account} /></div>
    </>
  );
}

function Rows({ batchId, currency, type }: { batchId: string; currency: string; type: Schemas['BatchTypeWord'] }) {
  const { t } = useTranslation();
  const { rows, first } = usePages<Schemas['RelationView']>({
    queryKey: keys.batch.items(batchId, {}),
    fetchPage: async (page, signal) => {
      const { data, pagination } = await answer(api.GET('/api/batch-transfers/{id}/relations', { params: { path: { id: batchId }, query: { page, pageSize: PAGE_ROWS } }, signal }));
      return { data, total: pagination.total ?? data.length };
    },
  });
  if (first.error !== null) return <ProblemNote error={first.error} onRetry={() => void first.refetch()} />;
  const account = (item: Schemas['RelationView']) => (type === 'many_to_one' ? item.sourceAccount : item.targetAccount);
  const amount = (item: Schemas['RelationView']) => <Money value={item.amount} currency={currency} />;
  return (
    <BigList<Schemas['RelationView']> label={t('approval.changes.all')} rows={rows} height="max(240px, 100vh - 560px)"
      columns={[
        { key: 'line', title: '#', width: '64px', cell: (item) => item.line },
        { key: 'account', title: t('approval.changes.account'), width: 'minmax(0, 1.4fr)', cell: account },
        { key: 'amount', title: t('approval.changes.now'), width: 'minmax(0, 1fr)', right: true, cell: amount },
        { key: 'memo', title: t('approval.changes.memo'), width: 'minmax(0, 2fr)', cell: (item) => <bdi>{item.memo}</bdi> },
      ]}
      card={(item) => <div className="row apart"><span>{account(item)}</span>{amount(item)}</div>} />
  );
}
