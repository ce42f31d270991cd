import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { parse } from '@/money/amount';
import type { Account } from '@/ui/AccountPicker';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, usePages } from '@/ui/big-list/use-pages';
import { useCurrencies } from '@/ui/currencies';
import { Cents } from '@/ui/money/Money';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Page } from '@/ui/Page';
import { Empty, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { useSearch } from '@/ui/use-search';
import { AccountState } from './words';

const STATUSES = ['active', 'frozen', 'closed'] as const;
const FIELDS = ['q', 'currency', 'status', 'min', 'max', 'sort'] as const;
const SORTS = ['number', '-number', '-balance', 'balance', '-createdAt'] as const;

export function AccountsPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { search, set, clear, filtered } = useSearch(FIELDS);
  const query = useFilter(search);
  const columns = useColumns();
  const { rows, first, updating } = usePages<Account>({
    queryKey: keys.accounts(query),
    fetchPage: async (page, signal) => {
      const { data, pagination } = await answer(
        api.GET('/api/v2/accounts', { params: { query: { ...query, page, pageSize: PAGE_ROWS } }, signal }),
      );
      return { data, total: pagination.total ?? data.length };
    },
  });
  return (
    <Page title={t('app.menu.accounts')} updating={updating}>
      <Filters search={search} set={set} onClear={filtered ? clear : null} />
      {first.error !== null && <ProblemNote error={first.error} onRetry={() => void first.refetch()} />}
      {first.data !== undefined && (
        <BigList<Account> label={t('app.menu.accounts')} rows={rows} columns={columns} onOpen={(account) => void go(paths.account(account.id))}
          card={(account) => <AccountCard account={account} />}
          empty={filtered ? <NoMatch onClear={clear} /> : <Empty text={t('account.none')} />} />
      )}
    </Page>
  );
}

type Search = Record<(typeof FIELDS)[number], string>;

/** The address as the server's filter; what it cannot mean is dropped. */
function useFilter(search: Search) {
  const scale = useCurrencies().find((currency) => currency.code === search.currency)?.scale;
  const bound = (text: string) => (scale === undefined ? undefined : parse(text, scale, search.currency).amount?.minor.toString());
  const status = STATUSES.find((name) => name === search.status);
  const sort = SORTS.find((name) => name === search.sort) ?? 'number';
  const min = bound(search.min);
  const max = bound(search.max);
  return {
    ...(search.q !== '' && { text: search.q }),
    ...(search.currency !== '' && { currency: search.currency }),
    ...(status !== undefined && { status }),
    ...(min !== undefined && { minBalanceCents: min }),
    ...(max !== undefined && { maxBalanceCents: max }),
    sort: sort.replace('-', '') as 'number' | 'balance' | 'createdAt',
    order: sort.startsWith('-') ? ('desc' as const) : ('asc' as const),
  };
}

function Filters({ search, set, onClear }: {
  search: Search;
  set: (change: Partial<Search>, replace?: boolean) => void;
  onClear: (() => void) | null;
}) {
  const { t } = useTranslation();
  const currencies = useCurrencies();
  const scale = currencies.find((currency) => currency.code === search.currency)?.scale;
  const choice = (name: 'currency' | 'status' | 'sort', options: { value: string; label: string }[]) => (
    <Select aria-label={t(`account.filter.${name}`)} placeholder={t(`account.filter.${name}`)} allowClear style={{ minWidth: 130 }}
      value={search[name] === '' ? null : search[name]} options={options}
      onChange={(value: string | undefined) => set({ [name]: value ?? '', ...(name === 'currency' && { min: '', max: '' }) })} />
  );
  return (
    <div className="row">
      <SearchBox label={t('account.filter.text')} value={search.q} onChange={(q) => set({ q }, true)} />
      {choice('status', STATUSES.map((value) => ({ value, label: t(`ui.account.${value}`) })))}
      {choice('currency', currencies.map(({ code }) => ({ value: code, label: code })))}
      {choice('sort', SORTS.map((value) => ({ value, label: t(`account.sort.${value}`) })))}
      {scale === undefined ? (
        <span className="soft small">{t('account.filter.balanceNeedsCurrency')}</span>
      ) : (
        (['min', 'max'] as const).map((name) => (
          <div key={name} style={{ width: 160 }}>
            <MoneyInput label={t(`account.filter.${name}`)} hideLabel value={search[name]} currency={search.currency} scale={scale}
              onChange={(value) => set({ [name]: value }, true)} />
          </div>
        ))
      )}
      {onClear !== null && <button type="button" className="link" onClick={onClear}>{t('ui.clearFilters')}</button>}
    </div>
  );
}

function useColumns(): Column<Account>[] {
  const { t } = useTranslation();
  const money = (key: 'availableCents' | 'heldCents' | 'balanceCents'): Column<Account> => ({
    key, title: t(`account.${key}`), width: 'minmax(0, 1.2fr)', right: true,
    cell: (account) => <Cents cents={account[key]} scale={account.scale} currency={account.currency} bare />,
  });
  return [
    { key: 'number', title: t('account.number'), width: 'minmax(0, 1.4fr)', cell: (account) => <span className="strong">{account.number}</span> },
    { key: 'holder', title: t('account.holder'), width: 'minmax(0, 2fr)', cell: (account) => <bdi>{account.holder?.name}</bdi> },
    { key: 'email', title: t('account.email'), width: 'minmax(0, 1.8fr)', cell: (account) => account.holder?.email },
    { key: 'uid', title: t('account.uid'), width: 'minmax(0, 1fr)', cell: (account) => account.holder?.uid },
    { key: 'currency', title: t('account.filter.currency'), width: '84px', cell: (account) => account.currency },
    money('availableCents'), money('heldCents'), money('balanceCents'),
    { key: 'status', title: t('account.filter.status'), width: '100px', cell: (account) => <AccountState status={account.status} /> },
  ];
}

function AccountCard({ account }: { account: Account }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="strong clip">{account.number}</span>
        <AccountState status={account.status} />
      </div>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <bdi className="clip soft">{account.holder?.name}</bdi>
        <Cents cents={account.balanceCents} scale={account.scale} currency={account.currency} />
      </div>
    </>
  );
}
