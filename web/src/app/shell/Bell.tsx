import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, BACKGROUND } from '@/api/client';
import { followUnread } from '../live/live';
import { paths } from '../paths';
import { keys, queries } from '../query';

async function readUnread(): Promise<number> {
  const { unread } = await answer(api.GET('/api/v1/notices', { params: { query: { pageSize: 1 } }, headers: BACKGROUND }));
  return unread;
}

/** How many notices are unread, live. A new one is often about a batch that waits for this person. */
export function Bell() {
  const { t } = useTranslation();
  const { data: unread = 0 } = useQuery({ queryKey: keys.unread, queryFn: readUnread, staleTime: 60_000 });
  useEffect(
    () =>
      followUnread((count) => {
        const before = queries.getQueryData<number>(keys.unread);
        queries.setQueryData(keys.unread, count);
        if (before === undefined || before === count) return;
        void queries.invalidateQueries({ queryKey: ['notices', 'list'] });
        void queries.invalidateQueries({ queryKey: ['approvals'] });
        void queries.invalidateQueries({ queryKey: ['batches'] });
      }),
    [],
  );
  return (
    <Link to={paths.notices()} className="bell" aria-label={unread > 0 ? t('app.menu.unread', { count: unread }) : t('app.menu.notices')}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" strokeLinecap="round">
        <path d="M3 11.5h10c-1-1.2-1.3-2.3-1.3-4.6a3.7 3.7 0 0 0-7.4 0c0 2.3-.3 3.4-1.3 4.6zM6.6 13.8a1.6 1.6 0 0 0 2.8 0" />
      </svg>
      {unread > 0 && <span className="badge num" aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
    </Link>
  );
}
