import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { useCan, useCanChange } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { NameDialog } from '@/ui/NameDialog';
import { Card, Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { SureDialog } from '@/ui/SureDialog';
import { Time } from '@/ui/Time';
import { DrawDialog } from './DrawDialog';
import { TemplateRows } from './TemplateRows';
import type { Template } from './TemplatesPage';

/** One template: what it keeps, its rows, and drafts made from it. */
export function TemplatePage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const found = useQuery({
    queryKey: keys.template(id),
    queryFn: async () => (await answer(api.GET('/api/batch-transfer-templates/{id}', { params: { path: { id } } }))).data,
  });
  if (found.data === undefined) {
    return <Page title={t('templates.one')}>{found.error === null ? <Loading lines={8} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}</Page>;
  }
  return <Detail id={id} template={found.data} updating={found.isFetching} />;
}

async function refresh(): Promise<void> {
  await Promise.all(['templates', 'template'].map((part) => queries.invalidateQueries({ queryKey: [part] })));
}

/** Does work under the version that is shown. If somebody was faster, the page is read again, so that the next try has theirs. */
async function orRefresh<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'BATCH_TEMPLATE_CHANGED') await refresh();
    throw cause;
  }
}

function Detail({ id, template, updating }: { id: string; template: Template; updating: boolean }) {
  const { t } = useTranslation();
  const can = useCan();
  const canChange = useCanChange();
  const go = useNavigate();
  const [asked, setAsked] = useState<'draw' | 'name' | 'delete' | null>(null);
  const close = () => setAsked(null);
  const params = { path: { id }, header: { 'If-Match': `"${template.version}"` } };
  return (
    <Page title={template.name} windowTitle={`${template.name} · ${t('templates.one')}`} updating={updating}
      actions={
        <>
          {can('createBatchFromTemplate') && <Button type="primary" onClick={() => setAsked('draw')}>{t('templates.draw')}…</Button>}
          {canChange('editBatchTemplate', template.createdBy) && <Button onClick={() => setAsked('name')}>{t('templates.rename')}…</Button>}
          {canChange('deleteBatchTemplate', template.createdBy) && <Button danger onClick={() => setAsked('delete')}>{t('templates.delete')}…</Button>}
        </>
      }>
      <Link to={paths.templates()}>‹ {t('app.menu.templates')}</Link>
      {template.mixedScripts && <div className="note warn">{t('templates.mixed')}</div>}
      <Card><Facts template={template} /></Card>
      <TemplateRows key={template.version} id={id} template={template} onSaved={refresh} />
      {asked === 'draw' && <DrawDialog id={id} template={template} onClose={close} />}
      {asked === 'name' && (
        <NameDialog title={t('templates.rename')} ok={t('templates.save')} nameLabel={t('templates.name')} descriptionLabel={t('templates.description')}
          value={template} onClose={close}
          save={async (body) => {
            await orRefresh(() => answer(api.PATCH('/api/batch-transfer-templates/{id}', { params, body })));
            await refresh();
          }} />
      )}
      {asked === 'delete' && (
        <SureDialog title={t('templates.sure', { name: template.name })} ok={t('templates.delete')} effect={t('templates.deleteEffect')} onClose={close}
          remove={() => orRefresh(() => answer(api.DELETE('/api/batch-transfer-templates/{id}', { params })))}
          onDone={() => {
            void go(paths.templates(), { replace: true });
            void queries.invalidateQueries({ queryKey: ['templates'] });
          }} />
      )}
    </Page>
  );
}

function Facts({ template }: { template: Template }) {
  const { t, i18n } = useTranslation();
  return (
    <dl className="facts left">
      {template.description !== '' && <><dt>{t('templates.description')}</dt><dd><bdi>{template.description}</bdi></dd></>}
      <dt>{t('templates.type')}</dt><dd>{t(`batch.type.${template.type}`)}</dd>
      {template.account != null && <><dt>{t('templates.account')}</dt><dd>{template.account}</dd></>}
      <dt>{t('templates.rows')}</dt><dd className="num">{template.relationCount.toLocaleString(i18n.language)}</dd>
      {template.group != null && template.groupId != null && <><dt>{t('templates.group')}</dt><dd><Link to={paths.group(template.groupId)}><bdi>{template.group}</bdi></Link></dd></>}
      <dt>{t('draft.total')}</dt><dd><Money value={template.totalAmount} currency={template.currency} /></dd>
      {template.remarks != null && template.remarks !== '' && <><dt>{t('draft.remarks')}</dt><dd><bdi>{template.remarks}</bdi></dd></>}
      <dt>{t('templates.by')}</dt><dd><bdi>{template.createdBy}</bdi> · <Time at={template.createdAt} /></dd>
    </dl>
  );
}
