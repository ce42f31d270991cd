import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Task } from '@/app/live/live';
import { hasEnded, useTask } from '@/app/live/use-task';
import { paths } from '@/app/paths';
import { queries } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { Pill, type Tone } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { problemOfTask } from '../task';
import { TaskProgress } from '../TaskProgress';
import { factsOf, makesFile, refusesRows } from './filter';
import { Outcome } from './Outcome';
import { RemoveTask } from './RemoveTask';

const TONES: Record<string, [icon: string, tone: Tone]> = {
  pending: ['◔', 'grey'],
  processing: ['▶', 'run'],
  completed: ['✓', 'good'],
  failed: ['✕', 'err'],
  cancelled: ['⊘', 'grey'],
};

/** A task: what it is, how far, and what came of it. Only one that has not ended is followed. */
export function TaskLine({ task }: { task: Task }) {
  return hasEnded(task) ? <Line task={task} /> : <Open listed={task} />;
}

function Open({ listed }: { listed: Task }) {
  const task = useTask(listed.id).data ?? listed;
  const ended = hasEnded(task);
  useEffect(() => {
    if (ended) void queries.invalidateQueries({ queryKey: ['tasks'] });
  }, [ended]);
  return <Line task={task} />;
}

function Line({ task }: { task: Task }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const [removing, setRemoving] = useState(false);
  const ended = hasEnded(task);
  const type = t(`batch.task.type.${task.task_type}`, { defaultValue: task.task_type });
  const [icon, tone] = TONES[task.status] ?? ['', 'grey'];
  const batch = task.batch_id == null ? null : String(task.batch_id);
  const more = ended && (factsOf(task.result).length > 0 || (refusesRows(task.task_type) && task.status !== 'cancelled'));
  // The server lets the one who started it and administrators; administrators are those who may change people.
  const mayRemove = ended && (task.user_id === user.id || can('changeUser'));
  return (
    <article className="stack tight" aria-label={type}>
      <div className="row apart">
        <span className="row">
          <span className="strong">{type}</span>
          <Pill icon={icon} tone={tone}>{t(`batch.task.status.${task.status}`)}</Pill>
          <span className="soft"><Time at={task.created_at} /> · <bdi>{t('batch.task.made', { name: task.created_by })}</bdi><Took task={task} /></span>
        </span>
        <span className="row">
          {batch !== null && <Link to={paths.batch(batch)}>{t('tasks.batch')}</Link>}
          {task.file_id != null && <a href={`/api/v1/files/${encodeURIComponent(task.file_id)}/content`} download>{t('batch.task.source')}</a>}
          {makesFile(task.result_url) && <Button size="small" href={task.result_url} download>{t('batch.task.download')}</Button>}
          {more && <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>{t('tasks.outcome')}</Button>}
          {mayRemove && <Button size="small" onClick={() => setRemoving(true)}>{t('tasks.remove')}…</Button>}
        </span>
      </div>
      {!ended && <TaskProgress task={task} label={type} />}
      {task.status === 'failed' && <ProblemNote error={problemOfTask(task)} />}
      {open && <Outcome task={task} />}
      {removing && <RemoveTask task={task} type={type} onClose={() => setRemoving(false)} />}
    </article>
  );
}

/** How long it worked, without its waiting. */
function Took({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  if (task.started_at == null || task.completed_at == null) return null;
  const seconds = Math.max(0, Math.round((Date.parse(task.completed_at) - Date.parse(task.started_at)) / 1000));
  return <> · {t('tasks.took', { count: seconds, shown: seconds.toLocaleString(i18n.language) })}</>;
}
