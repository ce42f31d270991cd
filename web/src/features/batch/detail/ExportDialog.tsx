import { Button, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { freshKey } from '@/api/idempotency';
import { hasEnded, useTask } from '@/app/live/use-task';
import { queries } from '@/app/query';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { problemOfTask } from '../task';
import { TaskProgress } from '../TaskProgress';

const FORMATS = ['xlsx', 'csv', 'jsonl'] as const;
type Format = (typeof FORMATS)[number];

/** Starts an export and shows it until the file is there. Closing the dialog ends nothing: the task is under Files. */
export function ExportDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [format, setFormat] = useState<Format>('xlsx');
  const [task, setTask] = useState<string | null>(null);
  const { busy, problem, send } = useForm();
  const start = () =>
    void send(async () => {
      const params = { path: { id }, header: { 'Idempotency-Key': freshKey() } };
      const { data } = await answer(api.POST('/api/batch-transfers/{id}/export', { params, body: { format } }));
      setTask(data.id);
      void queries.invalidateQueries({ queryKey: ['tasks'] });
    });
  return (
    <Modal open title={t('batch.task.export.title')} onCancel={onClose}
      footer={task === null ? [
        <Button key="cancel" onClick={onClose}>{t('ui.cancel')}</Button>,
        <Button key="start" type="primary" loading={busy} onClick={start}>{t('batch.task.export.start')}</Button>,
      ] : [<Button key="close" onClick={onClose}>{t('ui.close')}</Button>]}>
      {task === null ? (
        <div className="stack">
          <p style={{ margin: 0 }}>{t('batch.task.export.hint')}</p>
          <Radio.Group aria-label={t('batch.task.export.format')} value={format} onChange={(event) => setFormat(event.target.value as Format)}
            options={FORMATS.map((value) => ({ value, label: t(`batch.task.export.${value}`) }))} />
          {problem !== null && <ProblemNote error={problem} />}
        </div>
      ) : (
        <Running task={task} onAgain={() => setTask(null)} />
      )}
    </Modal>
  );
}

function Running({ task: id, onAgain }: { task: string; onAgain: () => void }) {
  const { t } = useTranslation();
  const found = useTask(id);
  const task = found.data;
  if (task === undefined) return found.error === null ? <Loading lines={2} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!hasEnded(task)) return <TaskProgress task={task} label={t('batch.task.export.running')} />;
  if (task.status === 'completed' && task.result_url != null) {
    return (
      <div className="stack" role="status">
        <p style={{ margin: 0 }}>{t('batch.task.export.ready')}</p>
        <div><Button type="primary" href={task.result_url} download>{t('batch.task.download')}</Button></div>
      </div>
    );
  }
  return (
    <div className="stack">
      {task.status === 'failed' ? <ProblemNote error={problemOfTask(task)} /> : <p style={{ margin: 0 }}>{t('batch.task.status.cancelled')}</p>}
      <div><Button onClick={onAgain}>{t('batch.task.export.again')}</Button></div>
    </div>
  );
}
