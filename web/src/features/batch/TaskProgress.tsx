import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import type { Task } from '@/app/live/live';
import { keys, queries } from '@/app/query';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

/** How far a task is that waits or runs, and a button to end it. */
export function TaskProgress({ task, label }: { task: Task; label: string }) {
  const { t, i18n } = useTranslation();
  const { busy, problem, send } = useForm();
  const number = (count: number) => count.toLocaleString(i18n.language);
  const cancel = () =>
    void send(async () => {
      const { data } = await answer(api.DELETE('/api/v1/batch-tasks/{id}', { params: { path: { id: task.id } } }));
      queries.setQueryData(keys.task(task.id), data);
    });
  const { processed_records: processed, total_records: total } = task;
  return (
    <div className="stack tight">
      <progress aria-label={label} max={100} {...(task.status === 'processing' && { value: task.progress })} style={{ width: '100%' }} />
      <div className="row apart">
        <span className="num">
          {task.status === 'pending' ? t('batch.task.waits') : total == null ? t('batch.task.done', { shown: number(processed) }) : t('batch.task.of', { shown: number(processed), total: number(total) })}
          {task.items_per_second > 0 && ` · ${t('batch.task.speed', { shown: number(task.items_per_second) })}`}
          {task.eta_seconds != null && ` · ${t('batch.live.eta', { count: task.eta_seconds })}`}
        </span>
        <Button size="small" loading={busy || task.cancel_requested} onClick={cancel}>{t('batch.task.cancel')}</Button>
      </div>
      <p className="soft small" style={{ margin: 0 }}>{t('batch.task.leave')}</p>
      {problem !== null && <ProblemNote error={problem} />}
    </div>
  );
}
