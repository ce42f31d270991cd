import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import type { Account } from '@/ui/AccountPicker';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, useAppended } from '@/ui/big-list/use-pages';
import { Cents } from '@/ui/money/Money';
import { Chips, Empty, Loading, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';

type Entry = Schemas['ListEnvelope_StatementEntryView']['data'][number];

const DIRECTIONS = ['all', 'in', 'out'] as const;

/** The entries of an account, newest first; the list grows as it is scrolled. */
export function Statement({ account }: { account: Account }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const columns = useColumns(account);
  const { search, set } = useSearch(['direction', 'from', 'to'] as const);
  const direction = DIRECTIONS.find((name) => name === search.direction) ?? 'all';
  const filter = {
    ...(direction !== 'all' && { direction }),
    ...(search.from !== '' && { from: search.from }),
    ...(search.to !== '' && { to: search.to }),
  };
  const { rows, query } = useAppended<Entry>({
    queryKey: keys.statement(account.id, filter),
    fetchNext: async (cursor, signal) => {
      const params = { path: { id: account.id }, query: { ...filter, pageSize: PAGE_ROWS, ...(cursor !== undefined && { cursor }) } };
      const { data, pagination } = await answer(api.GET('/api/v2/accounts/{id}/transactions', { params, signal }));
      return { data, next: pagination.nextCursor ?? null };
    },
  });
  const clear = () => set({ direction: '', from: '', to: '' });
  return (
    <div className="stack tight">
      <div className="row">
        <Chips<(typeof DIRECTIONS)[number]> label={t('account.statement.direction')} value={direction} onChange={(next) => set({ direction: next === 'all' ? '' : next })}
          chips={DIRECTIONS.map((key) => ({ key, label: t(`account.statement.${key}`) }))} />
        {(['from', 'to'] as const).map((name) => (
          <Input key={name} type="date" aria-label={t(`account.statement.${name}`)} value={search[name]} style={{ width: 150 }} onChange={(event) => set({ [name]: event.target.value })} />
        ))}
      </div>
      {query.isPending && <Loading />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <BigList<Entry> label={t('account.tabs.statement')} rows={rows} columns={columns} onOpen={(entry) => void go(paths.transferDetail(entry.flowId))}
          card={(entry) => <EntryCard entry={entry} account={account} />}
          empty={Object.keys(filter).length > 0 ? <NoMatch onClear={clear} /> : <Empty text={t('account.statement.none')} />} />
      )}
    </div>
  );
}

function useColumns({ scale, currency }: Account): Column<Entry>[] {
  const { t } = useTranslation();
  const money = (cents: string) => <Cents cents={cents} scale={scale} currency={currency} bare />;
  const unsigned = (cents: string) => cents.replace('-', '');
  return [
    { key: 'date', title: t('account.statement.booked'), width: '160px', cell: (entry) => <Time at={entry.createdAt} /> },
    { key: 'kind', title: t('account.statement.kind'), width: 'minmax(0, 1fr)', cell: (entry) => t(`account.entry.${entry.transactionType}`) },
    { key: 'other', title: t('account.statement.other'), width: 'minmax(0, 1.2fr)', cell: (entry) => entry.otherAccountNumber },
    { key: 'memo', title: t('account.statement.memo'), width: 'minmax(0, 2fr)', cell: (entry) => <bdi>{entry.memo}</bdi> },
    { key: 'in', title: t('account.statement.in'), width: 'minmax(0, 1fr)', right: true, cell: (entry) => !entry.amountCents.startsWith('-') && money(entry.amountCents) },
    { key: 'out', title: t('account.statement.out'), width: 'minmax(0, 1fr)', right: true, cell: (entry) => entry.amountCents.startsWith('-') && money(unsigned(entry.amountCents)) },
    { key: 'before', title: t('account.statement.before'), width: 'minmax(0, 1.1fr)', right: true, cell: (entry) => money(entry.balanceBeforeCents) },
    { key: 'after', title: t('account.statement.after'), width: 'minmax(0, 1.1fr)', right: true, cell: (entry) => money(entry.balanceAfterCents) },
  ];
}

function EntryCard({ entry, account }: { entry: Entry; account: Account }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="clip">{t(`account.entry.${entry.transactionType}`)} · {entry.otherAccountNumber}</span>
        <Cents cents={entry.amountCents} scale={account.scale} currency={account.currency} />
      </div>
      <div className="row apart soft" style={{ flexWrap: 'nowrap' }}>
        <Time at={entry.createdAt} />
        <Cents cents={entry.balanceAfterCents} scale={account.scale} currency={account.currency} bare />
      </div>
    </>
  );
}
