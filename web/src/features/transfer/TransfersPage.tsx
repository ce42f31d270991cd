import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, usePages } from '@/ui/big-list/use-pages';
import { useScale } from '@/ui/currencies';
import { Cents } from '@/ui/money/Money';
import { Page } from '@/ui/Page';
import { Empty, NoMatch } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';

export type Transfer = Schemas['TransferSummaryView'];

const KINDS = ['transfer', 'internal', 'batch', 'deposit', 'withdrawal', 'opening'] as const;
const OUTCOMES = ['completed', 'failed'] as const;

export function TransfersPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const can = useCan();
  const columns = useColumns();
  const { search, set, clear, filtered } = useSearch(['q', 'kind', 'status', 'account'] as const);
  const kind = KINDS.find((name) => name === search.kind);
  const status = OUTCOMES.find((name) => name === search.status);
  const query = {
    ...(search.q !== '' && { text: search.q }),
    ...(search.account !== '' && { accountId: search.account }),
    ...(kind !== undefined && { kind }),
    ...(status !== undefined && { status }),
  };
  const { rows, first, updating } = usePages<Transfer>({
    queryKey: keys.transfers(query),
    fetchPage: async (page, signal) => {
      const { data, pagination } = await answer(api.GET('/api/v2/account-transfers', { params: { query: { ...query, page, pageSize: PAGE_ROWS } }, signal }));
      return { data, total: pagination.total ?? data.length };
    },
  });
  return (
    <Page title={t('app.menu.transfers')} updating={updating}
      actions={can('createAccountTransfer') && <Link to={paths.transfer()}><Button type="primary">{t('transfer.new')}</Button></Link>}>
      <div className="row">
        <SearchBox label={t('transfer.list.text')} value={search.q} onChange={(q) => set({ q }, true)} />
        <Select aria-label={t('transfer.list.kind')} placeholder={t('transfer.list.kind')} allowClear style={{ minWidth: 130 }} value={kind ?? null}
          options={KINDS.map((value) => ({ value, label: t(`transfer.kind.${value}`) }))} onChange={(value?: string) => set({ kind: value ?? '' })} />
        <Select aria-label={t('transfer.list.status')} placeholder={t('transfer.list.status')} allowClear style={{ minWidth: 130 }} value={status ?? null}
          options={OUTCOMES.map((value) => ({ value, label: t(`transfer.status.${value}`) }))} onChange={(value?: string) => set({ status: value ?? '' })} />
        {filtered && <button type="button" className="link" onClick={clear}>{t('ui.clearFilters')}</button>}
      </div>
      {first.error !== null && <ProblemNote error={first.error} onRetry={() => void first.refetch()} />}
      {first.data !== undefined && (
        <BigList<Transfer> label={t('app.menu.transfers')} rows={rows} columns={columns} onOpen={(transfer) => void go(paths.transferDetail(transfer.id))}
          card={(transfer) => <TransferCard transfer={transfer} />}
          empty={filtered ? <NoMatch onClear={clear} /> : <Empty text={t('transfer.list.none')} />} />
      )}
    </Page>
  );
}

export function Outcome({ status }: { status: string }) {
  const { t } = useTranslation();
  const paid = status === 'completed';
  return <Pill tone={paid ? 'good' : 'err'} icon={paid ? '✓' : '✕'}>{t(`transfer.status.${status}`)}</Pill>;
}

function Sent({ transfer, bare = false }: { transfer: Transfer; bare?: boolean }) {
  const scale = useScale()(transfer.fromCurrency);
  return <Cents cents={transfer.fromAmountCents} scale={scale} currency={transfer.fromCurrency} bare={bare} />;
}

function useColumns(): Column<Transfer>[] {
  const { t } = useTranslation();
  return [
    { key: 'at', title: t('transfer.list.booked'), width: '160px', cell: (transfer) => <Time at={transfer.createdAt} /> },
    { key: 'kind', title: t('transfer.list.kind'), width: '100px', cell: (transfer) => t(`transfer.kind.${transfer.kind}`) },
    { key: 'from', title: t('transfer.from'), width: 'minmax(0, 1.2fr)', cell: (transfer) => transfer.fromAccountNumber ?? '–' },
    { key: 'to', title: t('transfer.to'), width: 'minmax(0, 1.2fr)', cell: (transfer) => transfer.toAccountNumber ?? '–' },
    { key: 'amount', title: t('transfer.amount'), width: 'minmax(0, 1.4fr)', right: true, cell: (transfer) => <Sent transfer={transfer} /> },
    { key: 'memo', title: t('transfer.memo'), width: 'minmax(0, 1.6fr)', cell: (transfer) => <bdi>{transfer.memo}</bdi> },
    { key: 'status', title: t('transfer.list.status'), width: '110px', cell: (transfer) => <Outcome status={transfer.status} /> },
  ];
}

function TransferCard({ transfer }: { transfer: Transfer }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="clip">{transfer.fromAccountNumber ?? '–'} → {transfer.toAccountNumber ?? '–'}</span>
        <Sent transfer={transfer} />
      </div>
      <div className="row apart soft" style={{ flexWrap: 'nowrap' }}><Time at={transfer.createdAt} /><Outcome status={transfer.status} /></div>
    </>
  );
}
