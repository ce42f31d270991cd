import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { Cents } from './money/Money';

export type Account = Schemas['AccountView'];

/** Finds an account by searching the server: number, holder, e-mail or uid. */
export function AccountPicker({ id, value, onChange, exclude }: {
  id: string;
  value: Account | null;
  onChange: (account: Account | null) => void;
  exclude?: string | undefined;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const text = useRested(typed, 200);
  const found = useQuery({
    queryKey: keys.accounts({ text, pageSize: 20, picker: 1 }),
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v2/accounts', { params: { query: { pageSize: 20, sort: 'number', ...(text !== '' && { text }) } }, signal })),
    placeholderData: keepPreviousData,
  });
  const accounts = (found.data?.data ?? []).filter((account) => account.id !== exclude);
  const listed = value !== null && !accounts.some((account) => account.id === value.id) ? [value, ...accounts] : accounts;
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      allowClear
      value={value?.id ?? null}
      placeholder={t('ui.account.find')}
      loading={found.isFetching}
      notFoundContent={t('ui.account.none')}
      style={{ width: '100%' }}
      onChange={(chosen: string | null) => onChange(listed.find((account) => account.id === chosen) ?? null)}
      options={listed.map((account) => ({
        value: account.id,
        disabled: account.status !== 'active',
        label: <AccountLine account={account} />,
      }))}
    />
  );
}

function AccountLine({ account }: { account: Account }) {
  const { t } = useTranslation();
  return (
    <span className="row apart" style={{ flexWrap: 'nowrap' }}>
      <span className="clip">
        {account.number} · <bdi>{account.holder?.name ?? ''}</bdi>
        {account.status !== 'active' && ` · ${t(`ui.account.${account.status}`)}`}
      </span>
      <Cents cents={account.availableCents} scale={account.scale} currency={account.currency} />
    </span>
  );
}

export function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}
