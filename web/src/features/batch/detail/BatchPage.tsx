import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { useTellEnd } from '@/app/live/desktop';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { isRunning, useProgress, useProgressPart } from '@/app/live/use-progress';
import { Page } from '@/ui/Page';
import { Chips, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import { StatePill } from '../StatePill';
import { BATCH_STATES, batchWord, type BatchState } from '../words';
import { BatchActions } from './BatchActions';
import { Approvals } from './Approvals';
import { Files } from './Files';
import { Items } from './Items';
import { LiveCard } from './LiveCard';
import { Reasons } from './Reasons';
import { Timeline } from './Timeline';
import { Vouchers } from './Vouchers';

export type BatchDetail = Schemas['BatchDetailView'];

const TABS = ['items', 'reasons', 'timeline', 'approval', 'files'] as const;
type Tab = (typeof TABS)[number];

export function useBatch(id: string) {
  return useQuery({
    queryKey: keys.batch.head(id),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}', { params: { path: { id } } }))).data,
    staleTime: 5000,
  });
}

export function BatchPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const batch = useBatch(id);
  if (batch.data === undefined) {
    return (
      <Page title={t('batch.one')}>{batch.error === null ? <Loading lines={8} /> : <ProblemNote error={batch.error} onRetry={() => void batch.refetch()} />}</Page>
    );
  }
  return <Detail id={id} batch={batch.data} updating={batch.isFetching} />;
}

function Detail({ id, batch, updating }: { id: string; batch: BatchDetail; updating: boolean }) {
  const { t } = useTranslation();
  const { search, set } = useSearch(['tab'] as const);
  const tab = TABS.find((name) => name === search.tab) ?? 'items';
  useProgress(id, batch.id, isRunning(batch.state) || batch.state === 'paused');
  const state = (useProgressPart(id, (progress) => progress.state) ?? batch.state) as BatchState;
  const windowTitle = useWindowTitle(id, batch.name, state, batch.approval.needed);
  useTellEnd(isRunning(state), batch.name, t(batchWord(state, batch.approval.needed)));
  const begun = batch.startedAt !== null && batch.startedAt !== undefined;
  return (
    <Page title={batch.name} windowTitle={windowTitle} updating={updating} mark={<StatePill state={state} needed={batch.approval.needed} />}
      actions={<BatchActions id={id} batch={batch} state={state} />}>
      <div className="stack tight">
        <Link to={paths.batches()}>‹ {t('app.menu.batches')}</Link>
        <Origin batch={batch} />
      </div>
      {state === 'draft' && <NotEditable />}
      <LiveCard id={id} batch={batch} state={state} begun={begun} />
      <Chips<Tab> label={batch.name} value={tab} onChange={(next) => set({ tab: next === 'items' ? '' : next })}
        chips={TABS.map((key) => ({ key, label: t(`batch.tab.${key}`) }))} />
      {tab === 'items' && <Items id={id} batch={batch} state={state} />}
      {tab === 'reasons' && <Reasons id={id} batch={batch} />}
      {tab === 'timeline' && <Timeline id={id} />}
      {tab === 'files' && <Files batch={batch.id} />}
      {tab === 'files' && <Vouchers id={id} />}
      {tab === 'approval' && <Approvals id={id} currency={batch.currency} />}
    </Page>
  );
}

/** Shown to those whom the wizard sent here: it does not change what it could not keep whole. */
function NotEditable() {
  const { t } = useTranslation();
  const came = useLocation().state as { notEditable?: boolean } | null;
  return came?.notEditable === true ? <div className="note run">{t('batch.notEditable')}</div> : null;
}

/** The window's title tells the percentage to people who work elsewhere meanwhile. */
function useWindowTitle(id: string, name: string, state: BatchState, needed: number): string {
  const { t } = useTranslation();
  const percent = useProgressPart(id, (progress) => progress.progress) ?? 0;
  if (isRunning(state)) return `${percent}% ${name}`;
  return state === 'completed' ? `${BATCH_STATES.completed.icon} ${name}` : `${name} · ${t(batchWord(state, needed))}`;
}

function Origin({ batch }: { batch: BatchDetail }) {
  const { t } = useTranslation();
  const side = batch.sourceAccount ?? batch.targetAccount;
  return (
    <div className="soft">
      {batch.batchNumber} · {t(`batch.type.${batch.type}`)}
      {side && ` · ${t(batch.sourceAccount ? 'batch.fromAccount' : 'batch.toAccount', { account: side })}`}
      {' · '}{t('batch.createdBy', { name: batch.createdBy })} <Time at={batch.createdAt} />
      {batch.remarks && <div><bdi>{batch.remarks}</bdi></div>}
    </div>
  );
}
