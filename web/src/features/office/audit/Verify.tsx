import { Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { freshKey } from '@/api/idempotency';
import { useVerifications } from '@/app/chain/chain';
import { hasEnded, useTask } from '@/app/live/use-task';
import { queries } from '@/app/query';
import { ProblemNote } from '@/ui/ProblemNote';
import { useForm } from '@/ui/use-form';

const again = () => queries.invalidateQueries({ queryKey: ['tasks'] });

/** Checks the whole ledger and its log as a task, one at a time. */
export function Verify() {
  const { t } = useTranslation();
  const { busy, problem, send } = useForm();
  const running = useVerifications().data?.find((task) => !hasEnded(task));
  const start = () =>
    void send(async () => {
      await answer(api.POST('/api/v1/batch-tasks', { params: { header: { 'Idempotency-Key': freshKey() } }, body: { task_type: 'verify' } }));
      await again();
    });
  if (running !== undefined) return <Running id={running.id} />;
  return (
    <span className="stack tight">
      <Button size="small" loading={busy} onClick={start}>{t('audit.chain.check')}</Button>
      {problem !== null && <ProblemNote error={problem} />}
    </span>
  );
}

function Running({ id }: { id: string }) {
  const { t } = useTranslation();
  const task = useTask(id).data;
  const ended = task !== undefined && hasEnded(task);
  useEffect(() => {
    if (ended) void again();
  }, [ended]);
  return (
    <span className="row" role="status">
      <progress max={100} value={task?.progress ?? 0} aria-label={t('audit.chain.checking')} />
      <span className="num soft">{t('audit.chain.checking')} {task?.progress ?? 0}%</span>
    </span>
  );
}
