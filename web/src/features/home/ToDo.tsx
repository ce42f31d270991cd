import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { Money } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { SHOWN, useByState, useTasksBy, useUnknown } from './lists';
import { LOOKS, toDoOf, type ToDo as Line } from './to-do';

function useToDo() {
  const can = useCan();
  const { user } = useMe();
  const queue = useQuery({
    queryKey: keys.approvals({ which: 'mine', page_size: SHOWN }),
    queryFn: async () => (await answer(api.GET('/api/v1/approvals', { params: { query: { which: 'mine', page_size: SHOWN } } }))).data,
    enabled: can('approveBatch'),
  });
  const makes = can('createBatchTransfer');
  const partly = useByState('partially_completed');
  const failed = useByState('failed');
  const paused = useByState('paused');
  const rejected = useByState('rejected', makes);
  const approved = useByState('approved', can('executeBatchTransfer'));
  const drafts = useByState('draft', can('editBatchTransfer'));
  const tasks = useTasksBy('failed');
  const ended = [...(partly.data ?? []), ...(failed.data ?? [])];
  const unknown = useUnknown([...ended, ...(paused.data ?? [])]);
  const lists = {
    queue: queue.data ?? [], unknown, ended, rejected: rejected.data ?? [], paused: paused.data ?? [],
    approved: approved.data ?? [], drafts: drafts.data ?? [], tasks: tasks.data ?? [],
  };
  const error = [queue, partly, failed, paused, rejected, approved, drafts, tasks].find((query) => query.error !== null)?.error ?? null;
  return { lines: toDoOf(lists, user, can), pending: partly.isPending || failed.isPending, error };
}

/** One action for each line. */
export function ToDo() {
  const { t } = useTranslation();
  const { lines, pending, error } = useToDo();
  return (
    <Card title={pending ? t('home.toDo') : `${t('home.toDo')} (${lines.length})`}>
      {pending && error === null && <Loading />}
      {error !== null && <ProblemNote error={error} />}
      {!pending && error === null && lines.length === 0 && <p className="soft" style={{ margin: 0 }}>{t('home.nothing')}</p>}
      <ul className="home-list">{lines.slice(0, SHOWN).map((line) => <Entry key={line.key} line={line} />)}</ul>
      {lines.length > SHOWN && <p style={{ marginBottom: 0 }}><Link to={paths.batches()}>{t('home.all', { count: lines.length })}</Link></p>}
    </Card>
  );
}

function Entry({ line }: { line: Line }) {
  const { t, i18n } = useTranslation();
  const shown = line.count.toLocaleString(i18n.language);
  const action = t(`home.action.${line.kind}`, { count: line.count, shown });
  return (
    <li className="row apart">
      <span className="row" style={{ minWidth: 0 }}>
        <Pill {...LOOKS[line.kind]}>{t(`home.kind.${line.kind}`)}</Pill>
        <bdi className="strong">{line.name}</bdi>
        {line.amount !== null && <span className="soft"><Money value={line.amount} currency={line.currency} /></span>}
        {line.kind === 'failed' && <span className="bad num">{t('home.failedItems', { count: line.count, shown })}</span>}
      </span>
      <Link to={line.to}><Button size="small" aria-label={`${action}: ${line.name}`}>{action}</Button></Link>
    </li>
  );
}
