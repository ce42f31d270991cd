import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import type { Task } from '@/app/live/live';
import { hasEnded, useTask } from '@/app/live/use-task';
import { keys } from '@/app/query';
import { Pill, type Tone } from '@/ui/Pill';
import { Card } from '@/ui/Page';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { problemOfTask } from '../task';
import { TaskProgress } from '../TaskProgress';

const SHOWN = 50;

/** The imports, exports and evidence packs of a batch, newest first, with their files. */
export function Files({ batch }: { batch: number }) {
  const { t } = useTranslation();
  const filter = { batch_id: String(batch), pageSize: SHOWN };
  const found = useQuery({
    queryKey: keys.tasks(filter),
    queryFn: async () => (await answer(api.GET('/api/v1/batch-tasks', { params: { query: filter } }))).data,
  });
  if (found.data === undefined) return found.error === null ? <Loading /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <Card title={t('batch.task.title')}>
      {found.data.length === 0 ? <Empty text={t('batch.task.none')} /> : (
        <ul className="stack" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {found.data.map((task) => <li key={task.id}><Line task={task} /></li>)}
        </ul>
      )}
    </Card>
  );
}

const TONES: Record<string, [icon: string, tone: Tone]> = {
  pending: ['◔', 'grey'],
  processing: ['▶', 'run'],
  completed: ['✓', 'good'],
  failed: ['✕', 'err'],
  cancelled: ['⊘', 'grey'],
};

function Line({ task: listed }: { task: Task }) {
  const { t } = useTranslation();
  const task = useTask(listed.id).data ?? listed;
  const type = t(`batch.task.type.${task.task_type}`);
  const [icon, tone] = TONES[task.status] ?? ['', 'grey'];
  const makesFile = task.task_type !== 'import_batch';
  return (
    <div className="stack tight">
      <div className="row apart">
        <span className="row">
          <span className="strong">{type}</span>
          <Pill icon={icon} tone={tone}>{t(`batch.task.status.${task.status}`)}</Pill>
          <span className="soft"><Time at={task.created_at} /> · {t('batch.task.made', { name: task.created_by })}</span>
        </span>
        <span className="row">
          {task.file_id != null && <a href={`/api/v1/files/${encodeURIComponent(task.file_id)}/content`} download>{t('batch.task.source')}</a>}
          {makesFile && task.result_url != null && <Button size="small" href={task.result_url} download>{t('batch.task.download')}</Button>}
        </span>
      </div>
      {!hasEnded(task) && <TaskProgress task={task} label={type} />}
      {task.status === 'failed' && <ProblemNote error={problemOfTask(task)} />}
    </div>
  );
}
