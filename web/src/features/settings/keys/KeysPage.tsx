import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, useAppended } from '@/ui/big-list/use-pages';
import { Empty, Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import { Section } from '../Section';
import { KeyPanel } from './KeyPanel';
import { NewKey } from './NewKey';
import { stateNow, type ApiKey, type KeyState } from './state';

const PILLS = { active: { tone: 'good', icon: '✓' }, expired: { tone: 'warn', icon: '!' }, revoked: { tone: 'grey', icon: '⊘' } } as const;

/** Keys of programs, also those that work no more. */
export function KeysPage() {
  const { t } = useTranslation();
  const can = useCan();
  const { search, set } = useSearch(['key'] as const);
  const [isAdding, setAdding] = useState(false);
  const columns = useColumns();
  const { rows, query, all } = useAppended<ApiKey>({
    queryKey: keys.apiKeys,
    fetchNext: async (cursor, signal) => {
      const { data, pagination } = await answer(api.GET('/api/v1/api-keys', { params: { query: { pageSize: PAGE_ROWS, ...(cursor !== undefined && { cursor }) } }, signal }));
      return { data, next: pagination.nextCursor ?? null };
    },
  });
  const open = all.find((key) => key.id === search.key);
  return (
    <Section section="keys" actions={can('addApiKey') && <Button type="primary" onClick={() => setAdding(true)}>{t('keys.add')}…</Button>}>
      {query.isPending && <Loading />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <BigList<ApiKey> label={t('settings.section.keys')} rows={rows} columns={columns} onOpen={(key) => set({ key: key.id })}
          card={(key) => <KeyCard apiKey={key} />} empty={<Empty text={t('keys.none')} />} />
      )}
      {isAdding && <NewKey onClose={() => setAdding(false)} />}
      {open !== undefined && <KeyPanel key={open.id} apiKey={open} onClose={() => set({ key: '' })} />}
    </Section>
  );
}

export function KeyPill({ state }: { state: KeyState }) {
  const { t } = useTranslation();
  return <Pill tone={PILLS[state].tone} icon={PILLS[state].icon}>{t(`keys.state.${state}`)}</Pill>;
}

function useColumns(): Column<ApiKey>[] {
  const { t } = useTranslation();
  return [
    { key: 'name', title: t('keys.name'), width: 'minmax(0, 1.6fr)', cell: (key) => <bdi className="strong">{key.name}</bdi> },
    { key: 'hint', title: t('keys.hint'), width: '120px', cell: (key) => <code>{key.hint}…</code> },
    { key: 'scopes', title: t('keys.scopes'), width: 'minmax(0, 3fr)', cell: (key) => key.scopes.join(', ') },
    { key: 'expires', title: t('keys.expires'), width: '150px', cell: (key) => (key.expiresAt == null ? t('keys.never') : <Time at={key.expiresAt} style="date" />) },
    { key: 'state', title: t('keys.status'), width: '120px', cell: (key) => <KeyPill state={stateNow(key)} /> },
  ];
}

function KeyCard({ apiKey }: { apiKey: ApiKey }) {
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <bdi className="strong clip">{apiKey.name}</bdi>
        <KeyPill state={stateNow(apiKey)} />
      </div>
      <div className="soft clip">{apiKey.scopes.join(', ')}</div>
    </>
  );
}
