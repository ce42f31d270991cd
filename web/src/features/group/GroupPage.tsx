import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { useCan, useCanChange } from '@/app/session/session';
import { NameDialog } from '@/ui/NameDialog';
import { Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SureDialog } from '@/ui/SureDialog';
import type { Group } from './GroupsPage';
import { Members } from './Members';

/** One group of holders: its members, and a batch that pays them. */
export function GroupPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const found = useQuery({
    queryKey: keys.group(id),
    queryFn: async () => (await answer(api.GET('/api/v2/holder-groups/{id}', { params: { path: { id } } }))).data,
  });
  if (found.data === undefined) {
    return <Page title={t('group.one')}>{found.error === null ? <Loading lines={8} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}</Page>;
  }
  return <Detail id={id} group={found.data} updating={found.isFetching} />;
}

async function refresh(): Promise<void> {
  await Promise.all(['groups', 'group'].map((part) => queries.invalidateQueries({ queryKey: [part] })));
}

function Detail({ id, group, updating }: { id: string; group: Group; updating: boolean }) {
  const { t } = useTranslation();
  const can = useCan();
  const canChange = useCanChange();
  const go = useNavigate();
  const [asked, setAsked] = useState<'name' | 'delete' | null>(null);
  const close = () => setAsked(null);
  const params = { path: { id } };
  return (
    <Page title={group.name} windowTitle={`${group.name} · ${t('group.one')}`} updating={updating}
      actions={
        <>
          {can('createBatchTransfer') && group.members > 0 && <Link to={paths.newBatch({ group: id })}><Button type="primary">{t('group.pay')}</Button></Link>}
          {canChange('changeHolderGroup', group.createdBy) && <Button onClick={() => setAsked('name')}>{t('group.rename')}…</Button>}
          {canChange('removeHolderGroup', group.createdBy) && <Button danger onClick={() => setAsked('delete')}>{t('group.delete')}…</Button>}
        </>
      }>
      <Link to={paths.groups()}>‹ {t('app.menu.groups')}</Link>
      {group.mixedScripts && <div className="note warn">{t('group.mixed')}</div>}
      {group.description !== '' && <bdi>{group.description}</bdi>}
      <Members id={id} group={group} onChanged={refresh} />
      {asked === 'name' && (
        <NameDialog title={t('group.rename')} ok={t('group.save')} nameLabel={t('group.name')} descriptionLabel={t('group.description')} value={group} onClose={close}
          save={async (body) => {
            await answer(api.PATCH('/api/v2/holder-groups/{id}', { params, body }));
            await refresh();
          }} />
      )}
      {asked === 'delete' && (
        <SureDialog title={t('group.sure', { name: group.name })} ok={t('group.delete')} effect={t('group.deleteEffect')} onClose={close}
          remove={() => answer(api.DELETE('/api/v2/holder-groups/{id}', { params }))}
          onDone={() => {
            void go(paths.groups(), { replace: true });
            void queries.invalidateQueries({ queryKey: ['groups'] });
          }} />
      )}
    </Page>
  );
}
