import { Button, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { CODES } from '@/api/codes';
import { freshKey } from '@/api/idempotency';
import { Problem, type ProblemCode } from '@/api/problem';
import { hasEnded, useTask } from '@/app/live/use-task';
import { queries } from '@/app/query';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { FORMATS, type Format } from './body';

interface Props {
  title: string;
  hint: string;
  body: (format: Format) => Schemas['TaskBody'];
  onClose: () => void;
}

/** Starts an export and shows it until the file is there. Closing the dialog ends nothing: a notice tells of the end. */
export function ExportDialog({ title, hint, body, onClose }: Props) {
  const { t } = useTranslation();
  const [format, setFormat] = useState<Format>('xlsx');
  const [task, setTask] = useState<string | null>(null);
  const { busy, problem, send } = useForm();
  const start = () =>
    void send(async () => {
      const { data } = await answer(api.POST('/api/v1/batch-tasks', { params: { header: { 'Idempotency-Key': freshKey() } }, body: body(format) }));
      setTask(data.id);
      void queries.invalidateQueries({ queryKey: ['tasks'] });
    });
  return (
    <Modal open title={title} onCancel={onClose}
      footer={task === null ? [
        <Button key="cancel" onClick={onClose}>{t('ui.cancel')}</Button>,
        <Button key="start" type="primary" loading={busy} onClick={start}>{t('export.start')}</Button>,
      ] : [<Button key="close" onClick={onClose}>{t('ui.close')}</Button>]}>
      {task === null ? (
        <div className="stack">
          <p style={{ margin: 0 }}>{hint}</p>
          <Radio.Group aria-label={t('export.format')} value={format} onChange={(event) => setFormat(event.target.value as Format)}
            options={FORMATS.map((value) => ({ value, label: t(`export.${value}`) }))} />
          {problem !== null && <ProblemNote error={problem} />}
        </div>
      ) : (
        <Running task={task} onAgain={() => setTask(null)} />
      )}
    </Modal>
  );
}

function Running({ task: id, onAgain }: { task: string; onAgain: () => void }) {
  const { t, i18n } = useTranslation();
  const found = useTask(id);
  const task = found.data;
  if (task === undefined) return found.error === null ? <Loading lines={2} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!hasEnded(task)) {
    return (
      <div className="stack tight">
        <progress aria-label={t('export.running')} max={100} {...(task.status === 'processing' && { value: task.progress })} style={{ width: '100%' }} />
        <p className="soft small" style={{ margin: 0 }}>{t('export.done', { shown: task.processed_records.toLocaleString(i18n.language) })} {t('export.leave')}</p>
      </div>
    );
  }
  if (task.status === 'completed' && task.result_url != null) {
    return (
      <div className="stack" role="status">
        <p style={{ margin: 0 }}>{t('export.ready')}</p>
        <div><Button type="primary" href={task.result_url} download>{t('export.download')}</Button></div>
      </div>
    );
  }
  return (
    <div className="stack">
      {task.status === 'failed' ? <ProblemNote error={failureOf(task)} /> : <p style={{ margin: 0 }}>{t('export.cancelled')}</p>}
      <div><Button onClick={onAgain}>{t('export.again')}</Button></div>
    </div>
  );
}

function failureOf({ error_code: code, error_message: message }: Schemas['TaskView']): Problem {
  return new Problem({ code: code != null && code in CODES ? (code as ProblemCode) : 'ANSWER_UNCLEAR', message: message ?? '' });
}
