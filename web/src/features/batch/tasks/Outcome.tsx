import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import type { Task } from '@/app/live/live';
import { keys } from '@/app/query';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import '../refused.css';
import { factsOf, refusesRows } from './filter';

const SHOWN = 200;

/** What a task did, and the rows that it refused. */
export function Outcome({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  const facts = factsOf(task.result);
  return (
    <div className="stack tight">
      {facts.length > 0 && (
        <dl className="facts left">
          {facts.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{t(`tasks.result.${name}`, { defaultValue: name })}</dt>
              <dd className="num"><bdi>{typeof value === 'number' ? value.toLocaleString(i18n.language) : value}</bdi></dd>
            </div>
          ))}
        </dl>
      )}
      {refusesRows(task.task_type) && <Rows task={task.id} />}
    </div>
  );
}

function Rows({ task }: { task: string }) {
  const { t, i18n } = useTranslation();
  const found = useQuery({
    queryKey: keys.taskProblems(task),
    queryFn: () => answer(api.GET('/api/v1/batch-tasks/{id}/problems', { params: { path: { id: task }, query: { pageSize: SHOWN } } })),
  });
  if (found.data === undefined) return found.error === null ? <Loading lines={2} /> : <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data.data;
  if (rows.length === 0) return <p className="soft" style={{ margin: 0 }}>{t('tasks.noProblems')}</p>;
  const count = found.data.pagination.total ?? rows.length;
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
