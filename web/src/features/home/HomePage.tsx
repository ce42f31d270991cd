import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useProgress, useProgressPart } from '@/app/live/use-progress';
import { useCan, useMe } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { Card, Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { Pill, type Tone } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Figures } from './Figures';
import './home.css';

type Batch = Schemas['BatchView'];
type State = Schemas['BatchStateWord'];

export function HomePage() {
  const { t } = useTranslation();
  const { user } = useMe();
  const can = useCan();
  return (
    <Page title={t('home.hello', { name: user.name })} windowTitle={t('app.menu.home')}
      actions={<>
        {can('createAccountTransfer') && <Link to={paths.transfer()}><Button>{t('home.newTransfer')}</Button></Link>}
        {can('createBatchTransfer') && <Link to={paths.newBatch()}><Button type="primary">{t('home.newBatch')}</Button></Link>}
      </>}>
      <ToDo />
      <InProgress />
      {can('getStatistics') && <Figures />}
    </Page>
  );
}

function useByState(state: State, enabled = true) {
  const filter = { state, pageSize: 8, page: 1 };
  return useQuery({
    queryKey: keys.batches(filter),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers', { params: { query: filter } }))).data.batchTransfers,
    enabled,
  });
}

interface Task {
  key: string;
  tone: Tone;
  icon: string;
  kind: 'approve' | 'failed' | 'send' | 'draft';
  name: string;
  amount: string;
  currency: string;
  to: string;
}

/** One action for each line: approvals first, then what failed, what is ready to be sent, and drafts. */
function useTasks() {
  const can = useCan();
  const { user } = useMe();
  const queue = useQuery({
    queryKey: keys.approvals({ which: 'mine', page_size: 8 }),
    queryFn: async () => (await answer(api.GET('/api/v1/approvals', { params: { query: { which: 'mine', page_size: 8 } } }))).data,
    enabled: can('approveBatch'),
  });
  const partly = useByState('partially_completed');
  const failed = useByState('failed');
  const approved = useByState('approved', can('executeBatchTransfer'));
  const drafts = useByState('draft', can('editBatchTransfer'));
  const line = (kind: Task['kind'], tone: Tone, icon: string, to: (batch: Batch) => string) => (batch: Batch): Task => ({
    key: `${kind}:${batch.id}`, kind, tone, icon, name: batch.name, amount: batch.totalAmount, currency: batch.currency, to: to(batch),
  });
  const tasks: Task[] = [
    ...(queue.data ?? []).map((row): Task => ({
      key: `approve:${row.batch_id}`, kind: 'approve', tone: 'warn', icon: '!', name: row.name, amount: row.total_amount, currency: row.currency, to: paths.approvals({ batch: row.batch_id }),
    })),
    ...[...(partly.data ?? []), ...(failed.data ?? [])].map(line('failed', 'err', '✕', (batch) => paths.batch(batch.batchNumber, { tab: 'reasons' }))),
    ...(approved.data ?? []).map(line('send', 'run', '✓', (batch) => paths.batch(batch.batchNumber))),
    ...(drafts.data ?? []).filter((batch) => batch.createdBy === user.login).map(line('draft', 'grey', '✎', (batch) => paths.draft(batch.batchNumber, 'who'))),
  ];
  const error = [queue, partly, failed, approved, drafts].find((query) => query.error !== null)?.error ?? null;
  return { tasks, pending: partly.isPending || failed.isPending, error };
}

function ToDo() {
  const { t } = useTranslation();
  const { tasks, pending, error } = useTasks();
  return (
    <Card title={`${t('home.toDo')} (${tasks.length})`}>
      {pending && <Loading />}
      {error !== null && <ProblemNote error={error} />}
      {!pending && tasks.length === 0 && <p className="soft" style={{ margin: 0 }}>{t('home.nothing')}</p>}
      <ul className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {tasks.slice(0, 8).map((task) => (
          <li key={task.key} className="row apart">
            <span className="row" style={{ minWidth: 0 }}>
              <Pill tone={task.tone} icon={task.icon}>{t(`home.kind.${task.kind}`)}</Pill>
              <bdi className="strong">{task.name}</bdi>
              <span className="soft"><Money value={task.amount} currency={task.currency} /></span>
            </span>
            <Link to={task.to}><Button size="small" aria-label={`${t(`home.action.${task.kind}`)}: ${task.name}`}>{t(`home.action.${task.kind}`)}</Button></Link>
          </li>
        ))}
      </ul>
      {tasks.length > 8 && <p style={{ marginBottom: 0 }}><Link to={paths.batches()}>{t('home.all', { count: tasks.length })}</Link></p>}
    </Card>
  );
}

function InProgress() {
  const { t } = useTranslation();
  const running = useByState('processing');
  const rows = running.data ?? [];
  if (rows.length === 0) return null;
  return (
    <Card title={`${t('home.inProgress')} (${rows.length})`}>
      <div className="stack tight">{rows.map((batch) => <Running key={batch.id} batch={batch} />)}</div>
    </Card>
  );
}

function Running({ batch }: { batch: Batch }) {
  useProgress(batch.batchNumber, batch.id, true);
  const percent = useProgressPart(batch.batchNumber, (progress) => progress.progress) ?? 0;
  return (
    <div className="row apart">
      <Link to={paths.batch(batch.batchNumber)}><bdi>{batch.name}</bdi></Link>
      <span className="row">
        <progress max={100} value={percent} aria-label={batch.name} />
        <span className="num">{percent}%</span>
      </span>
    </div>
  );
}
