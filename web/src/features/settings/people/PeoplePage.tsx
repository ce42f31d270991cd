import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { BigList, type Column } from '@/ui/big-list/BigList';
import { PAGE_ROWS, useAppended } from '@/ui/big-list/use-pages';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Section } from '../Section';
import { Invite } from './Invite';
import { FactorState, UserState, type User } from './words';

/** Everybody who can sign in, or could. */
export function PeoplePage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const can = useCan();
  const [isAdding, setAdding] = useState(false);
  const columns = useColumns();
  const { rows, query } = useAppended<User>({
    queryKey: keys.users,
    fetchNext: async (cursor, signal) => {
      const { data, pagination } = await answer(api.GET('/api/v1/users', { params: { query: { pageSize: PAGE_ROWS, ...(cursor !== undefined && { cursor }) } }, signal }));
      return { data, next: pagination.nextCursor ?? null };
    },
  });
  return (
    <Section section="people" actions={can('addUser') && <Button type="primary" onClick={() => setAdding(true)}>{t('people.add')}…</Button>}>
      {query.isPending && <Loading />}
      {query.error !== null && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && (
        <BigList<User> label={t('settings.section.people')} rows={rows} columns={columns} onOpen={(user) => void go(paths.settings('people', user.id))}
          card={(user) => <UserCard user={user} />} empty={<Empty text={t('people.none')} />} />
      )}
      {isAdding && <Invite onClose={() => setAdding(false)} />}
    </Section>
  );
}

function useColumns(): Column<User>[] {
  const { t } = useTranslation();
  return [
    { key: 'login', title: t('app.signIn.login'), width: 'minmax(0, 1.4fr)', cell: (user) => <span className="strong">{user.login}</span> },
    { key: 'name', title: t('people.name'), width: 'minmax(0, 2fr)', cell: (user) => <bdi>{user.name}</bdi> },
    { key: 'role', title: t('people.role'), width: 'minmax(0, 1fr)', cell: (user) => t(`people.roles.${user.role}`) },
    { key: 'status', title: t('people.status'), width: '120px', cell: (user) => <UserState status={user.status} /> },
    { key: 'factor', title: t('people.factor.title'), width: '140px', cell: (user) => <FactorState totp={user.totp} /> },
  ];
}

function UserCard({ user }: { user: User }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="clip"><span className="strong">{user.login}</span> · <bdi>{user.name}</bdi></span>
        <UserState status={user.status} />
      </div>
      <div className="row apart" style={{ flexWrap: 'nowrap' }}>
        <span className="soft clip">{t(`people.roles.${user.role}`)}</span>
        <FactorState totp={user.totp} />
      </div>
    </>
  );
}
