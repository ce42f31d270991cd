import { App } from 'antd';
import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { once } from '@/api/once';
import { paths } from '@/app/paths';
import { queries } from '@/app/query';
import { NameDialog } from '@/ui/NameDialog';
import type { BatchDetail } from './BatchPage';

/** Saves head and rows of a batch as a template. */
export function SaveTemplate({ batch, onClose }: { batch: BatchDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  return (
    <NameDialog title={t('templates.saveTitle')} ok={t('templates.save')} nameLabel={t('templates.name')} descriptionLabel={t('templates.description')}
      value={{ name: batch.name, description: '' }} onClose={onClose}
      save={async (named) => {
        const body = { ...named, from: batch.batchNumber };
        const { data } = await once('template:save', body, (key) => answer(api.POST('/api/batch-transfer-templates', { params: { header: { 'Idempotency-Key': key } }, body })));
        void queries.invalidateQueries({ queryKey: ['templates'] });
        const to = paths.template(data.id);
        // Messages are drawn outside the router, so no `Link` works in them.
        const open = (event: MouseEvent) => {
          event.preventDefault();
          void navigate(to);
        };
        void message.success({ duration: 8, content: <a href={to} onClick={open}>{t('batch.verb.templateSaved', { name: data.name })}</a> });
      }}>
      <p style={{ margin: 0 }}>{t('templates.saveHint')}</p>
    </NameDialog>
  );
}
