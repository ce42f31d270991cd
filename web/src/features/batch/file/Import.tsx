import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import type { Task } from '@/app/live/live';
import { hasEnded, useTask } from '@/app/live/use-task';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { Money } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { problemOfTask } from '../task';
import '../refused.css';
import { TaskProgress } from '../TaskProgress';

interface Props {
  task: string;
  /** Back to how the file is read. */
  onBack: () => void;
  onAgain: () => void;
}

/** The import as it runs, and what came of it. A reload or another window shows the same. */
export function Import({ task: id, onBack, onAgain }: Props) {
  const { t } = useTranslation();
  const found = useTask(id);
  const task = found.data;
  if (task === undefined) return found.error === null ? <Loading lines={4} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!hasEnded(task)) return <Card title={t('file.importing')}><TaskProgress task={task} label={t('file.importing')} /></Card>;
  if (task.status === 'completed') return <Taken task={task} />;
  return (
    <Card title={t(task.status === 'cancelled' ? 'file.cancelled' : 'file.failed')}>
      <div className="stack">
        {task.status === 'failed' && <ProblemNote error={problemOfTask(task)} />}
        {task.status === 'failed' && <Rows task={id} />}
        <div className="row">
          <Button type="primary" onClick={onBack}>{t('file.back')}</Button>
          <Button onClick={onAgain}>{t('file.another')}</Button>
        </div>
      </div>
    </Card>
  );
}

/** The control totals to compare with the file, before the batch is reviewed. */
function Taken({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  const did = (task.result ?? {}) as Outcome;
  const batch = useQuery({
    queryKey: keys.batch.head(did.batch ?? ''),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}', { params: { path: { id: did.batch ?? '' } } }))).data,
    enabled: did.batch != null,
  });
  const number = (count: number | undefined) => (count ?? 0).toLocaleString(i18n.language);
  const amount = (text: string | undefined) => (batch.data === undefined || text === undefined ? text : <Money value={text} currency={batch.data.currency} />);
  const { refused = 0, left_out: leftOut = 0, ignored_columns: ignored = [] } = did;
  return (
    <Card title={t('file.taken', { count: did.taken ?? 0, shown: number(did.taken) })}>
      <div className="stack">
        <dl className="facts">
          <dt>{t('file.inFile')}</dt><dd className="num">{number(did.file_rows)} · {amount(did.file_sum)}</dd>
          <dt>{t('file.inDraft')}</dt><dd className="num strong">{number(did.taken)} · {amount(did.taken_amount)}</dd>
          <dt>{t('file.refused')}</dt><dd className={refused > 0 ? 'num bad strong' : 'num'}>{number(refused)}</dd>
          {leftOut > 0 && <><dt>{t('file.leftOut')}</dt><dd className="num">{number(leftOut)}</dd></>}
          {ignored.length > 0 && <><dt>{t('file.ignored')}</dt><dd><bdi>{ignored.join(', ')}</bdi></dd></>}
        </dl>
        {refused > 0 && <div className="note warn"><p>{t('file.refusedNext')}</p></div>}
        {refused > 0 && <Rows task={task.id} />}
        {did.batch != null && <div><Link to={paths.draft(did.batch, 'check')}><Button type="primary">{t('file.review')}</Button></Link></div>}
      </div>
    </Card>
  );
}

interface Outcome {
  batch?: string | null;
  taken?: number;
  taken_amount?: string;
  refused?: number;
  left_out?: number;
  ignored_columns?: string[];
  file_rows?: number;
  file_sum?: string;
}

const SHOWN = 200;

/** The rows that were refused, each with its reason. */
function Rows({ task }: { task: string }) {
  const { t, i18n } = useTranslation();
  const found = useQuery({
    queryKey: keys.taskProblems(task),
    queryFn: () => answer(api.GET('/api/v1/batch-tasks/{id}/problems', { params: { path: { id: task }, query: { pageSize: SHOWN } } })),
  });
  const rows = found.data?.data ?? [];
  const count = found.data?.pagination.total ?? rows.length;
  if (found.error !== null) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (rows.length === 0) return null;
  const shown = count.toLocaleString(i18n.language);
  return (
    <div>
      <ul className="refused" tabIndex={0} aria-label={t('draft.refused.title', { count, shown })}>
        {rows.map((row, index) => (
          <li key={index}>
            <span className="soft num nowrap">{t('draft.refused.line', { line: row.line })}</span>
            <span>{row.message}{row.value !== '' && <> · <bdi className="soft">{row.column != null ? `${row.column}: ` : ''}{row.value}</bdi></>}</span>
          </li>
        ))}
      </ul>
      {count > rows.length && <p className="soft" style={{ marginBottom: 0 }}>{t('draft.refused.first', { rows: rows.length, shown })}</p>}
    </div>
  );
}
