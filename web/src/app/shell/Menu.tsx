import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { answer, api } from '@/api/client';
import { keys } from '../query';
import { useCan } from '../session/session';
import { MENU, type Entry } from './menu';

export function Menu() {
  const { t } = useTranslation();
  const can = useCan();
  const toReview = useToReview(can('approveBatch'));
  const entries = MENU.filter((entry) => entry.needs === undefined || can(entry.needs));
  return (
    <ul className="menu">
      {entries.map((entry, index) => (
        <li key={entry.path}>
          {entry.group !== undefined && entry.group !== entries[index - 1]?.group && <div className="group">{t(entry.group)}</div>}
          <MenuLink entry={entry} badge={entry.needs === 'listApprovals' ? toReview : 0} />
        </li>
      ))}
    </ul>
  );
}

function MenuLink({ entry, badge }: { entry: Entry; badge: number }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const also = entry.also?.some((path) => pathname.startsWith(path)) ?? false;
  return (
    <NavLink to={entry.path} end={entry.end ?? false} className={({ isActive }) => (isActive || also ? 'on' : '')}>
      <span>{t(entry.label)}</span>
      {badge > 0 && <span className="badge num" aria-label={t('app.menu.toReview', { count: badge })}>{badge}</span>}
    </NavLink>
  );
}

/** How many batches wait for this person. */
function useToReview(may: boolean): number {
  const { data } = useQuery({
    queryKey: keys.approvals({ which: 'mine', page_size: 1 }),
    queryFn: () => answer(api.GET('/api/v1/approvals', { params: { query: { which: 'mine', page_size: 1 } } })),
    enabled: may,
    staleTime: 30_000,
  });
  return data?.pagination.total ?? 0;
}
