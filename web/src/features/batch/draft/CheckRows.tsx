import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, usePages } from '@/ui/big-list/use-pages';
import { Money } from '@/ui/money/Money';
import { Chips, Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import type { Plan } from './plan';
import { asRows } from './Selected';
import type { Preview } from './StepCheck';
import type { DraftStore } from './store';
import { useFailing } from './use-failing';

export type Foreseen = Schemas['RelationForeseenView'];

interface Props {
  batch: string;
  version: number;
  plan: Plan;
  store: DraftStore;
  preview: Preview;
  onlyFailed: boolean;
  onFilter: (onlyFailed: boolean) => void;
}

/** Every row with what would happen to it now; those that would fail can be looked at alone, and removed. */
export function CheckRows({ batch, version, plan, store, preview, onlyFailed, onFilter }: Props) {
  const { t } = useTranslation();
  const failing = useFailing(batch, version, preview, onlyFailed);
  const { rows, first } = usePages<Foreseen>({
    queryKey: keys.batch.preview(batch, version, { rows: 1 }),
    fetchPage: async (page, signal) => {
      const { data } = await answer(api.POST('/api/batch-transfers/{id}/preview', { params: { path: { id: batch }, query: { page, pageSize: PAGE_ROWS } }, signal }));
      return { data: data.relations, total: data.pagination.total ?? data.totalCount };
    },
  });
  const columns = useColumns(preview.currency, plan);
  const chips = [
    { key: 'all' as const, label: t('draft.check.all'), count: preview.totalCount },
    { key: 'failed' as const, label: t('draft.check.failed'), count: preview.failedCount },
  ];
  const remove = () => {
    // By account: the lines of a file are not positions in the draft.
    const gone = new Set((failing.data ?? []).map((row) => other(row, plan)));
    store.change({ rows: plan.rows.filter((row) => !gone.has(row.number)) });
    onFilter(false);
  };
  const shown = onlyFailed && failing.data !== undefined ? asRows(failing.data) : rows;
  return (
    <div className="stack tight">
      <div className="row apart">
        <Chips<'all' | 'failed'> label={t('draft.check.label')} value={onlyFailed ? 'failed' : 'all'} onChange={(next) => onFilter(next === 'failed')} chips={chips} />
        {onlyFailed && failing.data !== undefined && failing.data.length > 0 && <Button onClick={remove}>{t('draft.check.remove', { count: failing.data.length })}</Button>}
      </div>
      {first.error !== null && <ProblemNote error={first.error} onRetry={() => void first.refetch()} />}
      {first.data === undefined || (onlyFailed && failing.isPending) ? <Loading /> : (
        <BigList<Foreseen> label={t('draft.step.check')} rows={shown} columns={columns} height="max(240px, 100vh - 620px)" card={(row) => <Card row={row} currency={preview.currency} plan={plan} />} />
      )}
    </div>
  );
}

function useColumns(currency: string, plan: Plan): Column<Foreseen>[] {
  const { t } = useTranslation();
  const money = (value: string | null | undefined) => (value ? <Money value={value} currency={currency} bare /> : '–');
  return [
    { key: 'line', title: '#', width: '56px', cell: (row) => row.line },
    { key: 'account', title: t('draft.number'), width: 'minmax(0, 1.2fr)', cell: (row) => other(row, plan) },
    { key: 'amount', title: t('draft.amount'), width: 'minmax(0, 1fr)', right: true, cell: (row) => money(row.amount) },
    { key: 'fee', title: t('batch.preview.fees'), width: '100px', right: true, cell: (row) => money(row.fee) },
    { key: 'after', title: t('batch.preview.after'), width: 'minmax(0, 1.1fr)', right: true, cell: (row) => money(row.balanceAfter) },
    { key: 'check', title: t('draft.check.title'), width: 'minmax(0, 2fr)', cell: (row) => <Verdict row={row} /> },
  ];
}

function other(row: Foreseen, plan: Plan): string {
  return plan.type === 'many_to_one' ? row.sourceAccount : row.targetAccount;
}

function Verdict({ row }: { row: Foreseen }) {
  const { t } = useTranslation();
  return row.ok ? <Pill tone="run" icon="✓">{t('draft.check.ok')}</Pill> : <><Pill tone="err" icon="✕">{t('draft.check.wouldFail')}</Pill> {row.errorMessage}</>;
}

function Card({ row, currency, plan }: { row: Foreseen; currency: string; plan: Plan }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}><span className="clip">{other(row, plan)}</span><Money value={row.amount} currency={currency} /></div>
      <div className="clip"><Verdict row={row} /></div>
    </>
  );
}
