import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Pagination, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { answer, api, BACKGROUND } from '@/api/client';
import { hasEnded } from '@/app/live/use-task';
import { keys, queries } from '@/app/query';
import { Page } from '@/ui/Page';
import { Chips, Empty, Loading, NoMatch } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useSearch } from '@/ui/use-search';
import { TaskLine } from './TaskLine';
import { filterOf, TASK_STATES, TASK_TYPES, type StateFilter } from './filter';
import './tasks.css';

/** While a task of the page is open, its end may bring another one, such as an attempt that begins again. */
const WHILE_OPEN = 10_000;

/** Document 003's list of tasks: one's own, and for administrators and auditors everybody's. */
export function TasksPage() {
  const { t } = useTranslation();
  const { search, set, clear, filtered } = useSearch(['status', 'type', 'page'] as const);
  const filter = filterOf(search);
  const found = useQuery({
    queryKey: keys.tasks(filter),
    queryFn: ({ signal }) => {
      const again = queries.getQueryData(keys.tasks(filter)) !== undefined;
      return answer(api.GET('/api/v1/batch-tasks', { params: { query: filter }, signal, ...(again && { headers: BACKGROUND }) }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.data.some((task) => !hasEnded(task)) === true ? WHILE_OPEN : false),
  });
  const tasks = found.data?.data ?? [];
  const total = found.data?.pagination.total ?? 0;
  const chips = (['all', ...TASK_STATES] as const).map((key) => ({ key, label: key === 'all' ? t('tasks.all') : t(`batch.task.status.${key}`) }));
  return (
    <Page title={t('app.menu.tasks')} updating={found.isFetching && !found.isPending}>
      <div className="row">
        <Chips<StateFilter | 'all'> label={t('tasks.status')} value={filter.status ?? 'all'} chips={chips}
          onChange={(next) => set({ status: next === 'all' ? '' : next, page: '' })} />
        <Select aria-label={t('tasks.typeLabel')} style={{ minWidth: 190 }} value={filter.task_type ?? ''} onChange={(type) => set({ type, page: '' })}
          options={[{ value: '', label: t('tasks.anyType') }, ...TASK_TYPES.map((value) => ({ value: value as string, label: t(`batch.task.type.${value}`) }))]} />
      </div>
      {found.isPending && <Loading lines={6} />}
      {found.error !== null && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.data !== undefined && tasks.length === 0 && (filtered ? <NoMatch onClear={clear} /> : <Empty text={t('tasks.none')} />)}
      {tasks.length > 0 && (
        <ul className="tasks card" aria-label={t('app.menu.tasks')}>
          {tasks.map((task) => <li key={task.id}><TaskLine task={task} /></li>)}
        </ul>
      )}
      {total > filter.pageSize && (
        <Pagination current={filter.page} pageSize={filter.pageSize} total={total} showSizeChanger={false} onChange={(next) => set({ page: next === 1 ? '' : String(next) })} />
      )}
    </Page>
  );
}
