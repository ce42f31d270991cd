import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Schemas } from '@/api/client';
import { hasEnded, useTask } from '@/app/live/use-task';
import { useProgress, useProgressPart } from '@/app/live/use-progress';
import { paths } from '@/app/paths';
import { Card } from '@/ui/Page';
import { ProblemNote } from '@/ui/ProblemNote';
import { useByState, useTasksBy } from './lists';
import { placeOf } from './to-do';

type Batch = Schemas['BatchView'];
type Task = Schemas['TaskView'];

/** Batches and tasks that run, live. */
export function InProgress() {
  const { t } = useTranslation();
  const running = useByState('processing');
  const started = useTasksBy('processing');
  const waiting = useTasksBy('pending');
  const batches = running.data ?? [];
  const tasks = [...(started.data ?? []), ...(waiting.data ?? [])];
  if (running.error !== null) return <Card title={t('home.inProgress')}><ProblemNote error={running.error} onRetry={() => void running.refetch()} /></Card>;
  if (batches.length + tasks.length === 0) return null;
  return (
    <Card title={`${t('home.inProgress')} (${batches.length + tasks.length})`}>
      <ul className="home-list">
        {batches.map((batch) => <RunningBatch key={batch.id} batch={batch} />)}
        {tasks.map((task) => <RunningTask key={task.id} listed={task} />)}
      </ul>
    </Card>
  );
}

function RunningBatch({ batch }: { batch: Batch }) {
  const { t, i18n } = useTranslation();
  useProgress(batch.batchNumber, batch.id, true);
  const percent = useProgressPart(batch.batchNumber, (progress) => progress.progress) ?? 0;
  const speed = useProgressPart(batch.batchNumber, (progress) => progress.itemsPerSecond) ?? 0;
  return (
    <Bar name={batch.name} percent={percent} to={paths.batch(batch.batchNumber)}
      beside={speed > 0 ? t('home.speed', { speed: speed.toLocaleString(i18n.language) }) : ''} />
  );
}

function RunningTask({ listed }: { listed: Task }) {
  const { t } = useTranslation();
  const task = useTask(listed.id).data ?? listed;
  const beside = hasEnded(task) ? t(`home.task.${task.status}`) : task.status === 'pending' ? t('home.task.pending') : '';
  return <Bar name={`${t('home.task.one')} ${task.id}`} percent={task.progress} to={placeOf(task)} beside={beside} />;
}

function Bar({ name, percent, to, beside }: { name: string; percent: number; to: string; beside: string }) {
  return (
    <li className="row apart">
      <Link to={to}><bdi>{name}</bdi></Link>
      <span className="row">
        <span className="soft num">{beside}</span>
        <progress max={100} value={percent} aria-label={name} />
        <span className="num home-percent">{percent}%</span>
      </span>
    </li>
  );
}
