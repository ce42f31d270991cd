import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { once } from '@/api/once';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { useCan } from '@/app/session/session';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { useAppended } from '@/ui/big-list/use-pages';
import { NameDialog, type Named } from '@/ui/NameDialog';
import { Page } from '@/ui/Page';
import { Empty, Loading, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SearchBox } from '@/ui/SearchBox';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';

export type Group = Schemas['HolderGroupView'];

/** Groups of holders, who are paid together. */
export function GroupsPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const { search, set, clear, filtered } = useSearch(['q'] as const);
  const { rows, query } = useAppended<Group>({
    queryKey: keys.groups({ q: search.q }),
    fetchNext: async (cursor, signal) => {
      const filter = { pageSize: 100, ...(search.q !== '' && { text: search.q }), ...(cursor !== undefined && { cursor }) };
      const { data, pagination } = await answer(api.GET('/api/v2/holder-groups', { params: { query: filter }, signal }));
      return { data, next: pagination.nextCursor ?? null };
    },
  });
  const columns = useColumns();
  const add = async (body: Named) => {
    const { data } = await once('group:add', body, (key) => answer(api.POST('/api/v2/holder-groups', { params: { header: { 'Idempotency-Key': key } }, body })));
    void queries.invalidateQueries({ queryKey: ['groups'] });
    void go(paths.group(data.id));
  };
  return (
    <Page title={t('app.menu.groups')} updating={query.isFetching && !query.isPending}
      actions={can('addHolderGroup') && <Button type="primary" onClick={() => setAdding(true)}>{t('group.new')}…</Button>}>
      <SearchBox label={t('group.search')} value={search.q} onChange={(q) => set({ q }, true)} />
      {query.isPending && <Loading lines={6} />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <BigList<Group> label={t('app.menu.groups')} rows={rows} columns={columns} onOpen={(group) => void go(paths.group(group.id))}
          card={(group) => (
            <>
              <bdi className="clip strong">{group.name}</bdi>
              <span className="clip soft">{t('group.members', { count: group.members })} · <bdi>{group.description}</bdi></span>
            </>
          )}
          empty={filtered ? <NoMatch onClear={clear} /> : <Empty text={t('group.none')} />} />
      )}
      {adding && (
        <NameDialog title={t('group.new')} ok={t('group.add')} nameLabel={t('group.name')} descriptionLabel={t('group.description')} value={{ name: '', description: '' }}
          save={add} onClose={() => setAdding(false)} />
      )}
    </Page>
  );
}

function useColumns(): Column<Group>[] {
  const { t, i18n } = useTranslation();
  return [
    { key: 'name', title: t('group.name'), width: 'minmax(0, 1.4fr)', cell: (group) => <bdi>{group.name}</bdi> },
    { key: 'description', title: t('group.description'), width: 'minmax(0, 2fr)', cell: (group) => <bdi>{group.description}</bdi> },
    { key: 'members', title: t('group.membersColumn'), width: '110px', right: true, cell: (group) => group.members.toLocaleString(i18n.language) },
    { key: 'by', title: t('group.by'), width: 'minmax(0, 1fr)', cell: (group) => <bdi>{group.createdBy}</bdi> },
    { key: 'at', title: t('group.at'), width: '160px', cell: (group) => <Time at={group.createdAt} /> },
  ];
}
