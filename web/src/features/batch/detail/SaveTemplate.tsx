import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
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
  return (
    <NameDialog title={t('templates.saveTitle')} ok={t('templates.save')} nameLabel={t('templates.name')} descriptionLabel={t('templates.description')}
      value={{ name: batch.name, description: '' }} onClose={onClose}
      save={async (named) => {
        const body = { ...named, from: batch.batchNumber };
        const { data } = await once('template:save', body, (key) => answer(api.POST('/api/batch-transfer-templates', { params: { header: { 'Idempotency-Key': key } }, body })));
        void queries.invalidateQueries({ queryKey: ['templates'] });
        void message.success({ duration: 8, content: <Link to={paths.template(data.id)}>{t('batch.verb.templateSaved', { name: data.name })}</Link> });
      }}>
      <p style={{ margin: 0 }}>{t('templates.saveHint')}</p>
    </NameDialog>
  );
}
