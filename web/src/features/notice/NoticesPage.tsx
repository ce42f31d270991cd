import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Pagination } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { Page } from '@/ui/Page';
import { Chips, Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import './notice.css';

type Notice = Schemas['NoticeView'];

const PARTS = ['all', 'unread'] as const;
type Part = (typeof PARTS)[number];
const PAGE = 50;

/** What the server told this person, newest first. */
export function NoticesPage() {
  const { t } = useTranslation();
  const { search, set } = useSearch(['which', 'page'] as const);
  const which: Part = search.which === 'unread' ? 'unread' : 'all';
  const page = /^[1-9]\d{0,3}$/.test(search.page) ? Number.parseInt(search.page, 10) : 1;
  const query = { page, pageSize: PAGE, ...(which === 'unread' && { unread: true }) };
  const notices = useQuery({
    queryKey: keys.notices({ which, page }),
    queryFn: ({ signal }) => answer(api.GET('/api/v1/notices', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
  const read = useMutation({ mutationFn: markRead, onSettled: () => queries.invalidateQueries({ queryKey: ['notices'] }) });
  const { data, pagination, unread } = notices.data ?? { data: [], pagination: undefined, unread: 0 };
  const total = pagination?.total ?? 0;
  return (
    <Page title={t('app.menu.notices')} updating={notices.isFetching && !notices.isPending}
      actions={unread > 0 && <Button loading={read.isPending} onClick={() => read.mutate(null)}>{t('notice.readAll')}</Button>}>
      <Chips<Part> label={t('app.menu.notices')} value={which} onChange={(next) => set({ which: next === 'all' ? '' : next, page: '' })}
        chips={PARTS.map((key) => ({ key, label: t(`notice.part.${key}`), count: key === 'unread' ? unread : undefined }))} />
      {notices.isPending && <Loading lines={6} />}
      {notices.error !== null && <ProblemNote error={notices.error} onRetry={() => void notices.refetch()} />}
      {read.error !== null && <ProblemNote error={read.error} />}
      {notices.data !== undefined && (
        <ul className="notices card">
          {data.map((notice) => <Entry key={notice.id} notice={notice} onRead={() => read.mutate(notice.id)} />)}
          {data.length === 0 && <li><Empty text={t(`notice.none.${which}`)} /></li>}
        </ul>
      )}
      {total > PAGE && (
        <Pagination current={page} pageSize={PAGE} total={total} showSizeChanger={false} onChange={(next) => set({ page: next === 1 ? '' : String(next) })} />
      )}
    </Page>
  );
}

/** One of them, or all. */
async function markRead(id: string | null): Promise<void> {
  if (id === null) {
    await answer(api.POST('/api/v1/notices/read'));
  } else {
    await answer(api.POST('/api/v1/notices/{id}/read', { params: { path: { id } } }));
  }
}

function Entry({ notice, onRead }: { notice: Notice; onRead: () => void }) {
  const { t } = useTranslation();
  const isNew = notice.readAt == null;
  const title = <bdi className={isNew ? 'strong' : ''}>{notice.title}</bdi>;
  return (
    <li className={isNew ? 'new' : ''}>
      <span className="row apart">
        {notice.batchNumber != null ? <Link to={paths.batch(notice.batchNumber)} onClick={() => isNew && onRead()}>{title}</Link> : title}
        <span className="row soft small">
          <Time at={notice.at} />
          {isNew && <button type="button" className="link" onClick={onRead}>{t('notice.read')}</button>}
        </span>
      </span>
      <bdi className="soft small text">{notice.text.split('\n').join(' · ')}</bdi>
    </li>
  );
}
