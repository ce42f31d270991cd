import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { freshKey } from '@/api/idempotency';
import { uploadFile } from '@/api/upload';
import { hasEnded, useTask } from '@/app/live/use-task';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';
import { problemOfTask } from '../task';
import { repairFile, type Corrections } from './corrections';

interface Props {
  batch: string;
  version: number;
  rows: Schemas['RowProblemView'][];
  corrections: Corrections;
  onDone: () => void;
}

/** Sends the corrected rows as a repair file: what the command line does with a file of refused rows. */
export function Correct({ batch, version, rows, corrections, onDone }: Props) {
  const { t, i18n } = useTranslation();
  const { busy, problem, send } = useForm();
  const [task, setTask] = useState<string | null>(null);
  const save = () =>
    void send(async () => {
      setTask(null);
      const { file_id } = await uploadFile(repairFile(rows, corrections), { signal: new AbortController().signal, onProgress: () => undefined });
      const body = { task_type: 'import_batch' as const, file_id, options: { into: batch, partial: true, version } };
      const { data } = await answer(api.POST('/api/v1/batch-tasks', { params: { header: { 'Idempotency-Key': freshKey() } }, body }));
      setTask(data.id);
    });
  const shown = rows.length.toLocaleString(i18n.language);
  return (
    <div className="stack tight" style={{ marginTop: 12 }}>
      {rows.length > 0 && <div><Button type="primary" loading={busy} onClick={save}>{t('draft.refused.save', { count: rows.length, shown })}</Button></div>}
      {problem !== null && <ProblemNote error={problem} />}
      {task !== null && <Outcome key={task} task={task} onDone={onDone} />}
    </div>
  );
}

function Outcome({ task: id, onDone }: { task: string; onDone: () => void }) {
  const { t } = useTranslation();
  const { data: task } = useTask(id);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  const status = task?.status;
  useEffect(() => {
    if (status === 'completed') done.current();
  }, [status]);
  if (task === undefined || !hasEnded(task)) return <p role="status" className="soft" style={{ margin: 0 }}>{t('draft.refused.saving')}</p>;
  return task.status === 'failed' ? <ProblemNote error={problemOfTask(task)} /> : null;
}
