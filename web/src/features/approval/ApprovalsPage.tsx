import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { Money } from '@/ui/money/Money';
import { Page } from '@/ui/Page';
import { Chips, Empty, Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useNarrow } from '@/ui/use-narrow';
import { useSearch } from '@/ui/use-search';
import './approval.css';
import { Review } from './Review';

export type Queued = Schemas['QueuedView'];

const PARTS = ['mine', 'decided', 'all'] as const;
type Part = (typeof PARTS)[number];

/** The queue on the left, the batch to decide about on the right; on a phone one after the other. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const { search, set } = useSearch(['which', 'batch'] as const);
  const which = PARTS.find((name) => name === search.which) ?? 'mine';
  const queue = useQuery({
    queryKey: keys.approvals({ which, page_size: 100 }),
    queryFn: () => answer(api.GET('/api/v1/approvals', { params: { query: { which, page_size: 100 } } })),
  });
  const rows = queue.data?.data ?? [];
  const chosen = search.batch !== '' ? search.batch : narrow ? '' : (rows[0]?.batch_id ?? '');
  const queued = rows.find((row) => row.batch_id === chosen);
  const showList = !narrow || chosen === '';
  return (
    <Page title={t('app.menu.approvals')} updating={queue.isFetching && !queue.isPending}>
      {showList && (
        <Chips<Part> label={t('app.menu.approvals')} value={which} onChange={(next) => set({ which: next === 'mine' ? '' : next, batch: '' })}
          chips={PARTS.map((key) => ({ key, label: t(`approval.part.${key}`), count: key === which ? queue.data?.pagination.total : undefined }))} />
      )}
      {queue.isPending && <Loading />}
      {queue.error !== null && <ProblemNote error={queue.error} onRetry={() => void queue.refetch()} />}
      <div className="approval-split">
        {showList && queue.data !== undefined && <Queue rows={rows} chosen={chosen} onChoose={(batch) => set({ batch })} />}
        {chosen !== '' && (
          <div className="stack">
            {narrow && <button type="button" className="link" onClick={() => set({ batch: '' })}>‹ {t('app.menu.approvals')}</button>}
            <Review key={chosen} batchId={chosen} decided={queued?.decided ?? null} onDecided={() => set({ batch: '' })} />
          </div>
        )}
      </div>
    </Page>
  );
}

function Queue({ rows, chosen, onChoose }: { rows: Queued[]; chosen: string; onChoose: (batch: string) => void }) {
  const { t, i18n } = useTranslation();
  if (rows.length === 0) return <div className="card"><Empty text={t('approval.none')} /></div>;
  return (
    <ul className="approval-queue" aria-label={t('app.menu.approvals')}>
      {rows.map((row) => (
        <li key={row.batch_id}>
          <button type="button" aria-pressed={row.batch_id === chosen} onClick={() => onChoose(row.batch_id)}>
            <span className="row apart" style={{ flexWrap: 'nowrap' }}>
              <bdi className="strong clip">{row.name}</bdi>
              <Money value={row.total_amount} currency={row.currency} />
            </span>
            <span className="soft small">
              {t('approval.payees', { count: row.total_recipients, shown: row.total_recipients.toLocaleString(i18n.language) })} · {row.created_by} · <Time at={row.waiting_since} />
            </span>
            <span className="row">
              <Pill tone="run" icon="◔">{t('approval.given', { given: row.given, needed: row.needed })}</Pill>
              {row.decided && <Pill tone={row.decided.action === 'approve' ? 'good' : 'err'}>{t(`approval.decided.${row.decided.action}`)}</Pill>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
