import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { Loosened } from '@/ui/Loosened';
import { Money } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import { Changes } from './Changes';
import { DecideDialog } from './DecideDialog';

export type Reviewed = Schemas['BatchDetailView'];

/** One batch as its approver sees it: the total, what changed since the last time, then the rows. */
export function Review({ batchId, decided, onDecided }: {
  batchId: string;
  decided: Schemas['QueuedDecisionView'] | null;
  onDecided: () => void;
}) {
  const { t } = useTranslation();
  const batch = useQuery({
    queryKey: keys.batch.head(batchId),
    queryFn: async () => (await answer(api.GET('/api/batch-transfers/{id}', { params: { path: { id: batchId } } }))).data,
    staleTime: 0,
  });
  const preview = useQuery({
    queryKey: keys.batch.preview(batchId, batch.data?.version ?? 0, { review: 1 }),
    queryFn: async () => (await answer(api.POST('/api/batch-transfers/{id}/preview', { params: { path: { id: batchId }, query: { pageSize: 1 } } }))).data,
    enabled: batch.data?.state === 'pending',
  });
  if (batch.error !== null) return <ProblemNote error={batch.error} onRetry={() => void batch.refetch()} />;
  if (batch.data === undefined) return <Loading lines={6} />;
  return (
    <div className="stack">
      <div className="row apart">
        <h2><bdi>{batch.data.name}</bdi></h2>
        <Link to={paths.batch(batchId)}>{t('approval.open')}</Link>
      </div>
      <Totals batch={batch.data} preview={preview.data} />
      <Loosened policy={batch.data.approval.loosened} />
      {decided !== null && (
        <div className="note run">{t(`approval.youDecided.${decided.action}`)}{decided.note && <bdi> “{decided.note}”</bdi>}</div>
      )}
      <Changes batchId={batchId} currency={batch.data.currency} type={batch.data.type} />
      {decided === null && <Decide batch={batch.data} preview={preview.data} onDecided={onDecided} />}
    </div>
  );
}

function Totals({ batch, preview }: { batch: Reviewed; preview: Schemas['BatchPreviewView'] | undefined }) {
  const { t, i18n } = useTranslation();
  const { currency } = batch;
  return (
    <Card>
      <div style={{ fontSize: 24 }}><Money value={batch.totalAmount} currency={currency} /></div>
      <div className="soft">
        {t('approval.payees', { count: batch.totalCount, shown: batch.totalCount.toLocaleString(i18n.language) })} · {t('approval.by', { name: batch.createdBy })}
      </div>
      {preview !== undefined && (
        <dl className="facts" style={{ marginTop: 12 }}>
          <dt>{t('approval.fees')}</dt><dd><Money value={preview.feeAmount} currency={currency} /></dd>
          {preview.balanceBefore && <><dt>{t('approval.before', { account: preview.account })}</dt><dd><Money value={preview.balanceBefore} currency={currency} /></dd></>}
          {preview.balanceAfter && <><dt>{t('approval.after')}</dt><dd className="strong"><Money value={preview.balanceAfter} currency={currency} /></dd></>}
          <dt>{t('approval.wouldFail')}</dt>
          <dd>{preview.failedCount === 0 ? '0' : <Pill tone="err" icon="✕">{preview.failedCount.toLocaleString(i18n.language)}</Pill>}</dd>
        </dl>
      )}
      {batch.approval.contentHash && <div className="soft small" style={{ overflowWrap: 'anywhere', marginTop: 8 }}>{t('approval.hash')} <code>{batch.approval.contentHash}</code></div>}
    </Card>
  );
}

/** The two decisions, or why this person cannot decide. */
function Decide({ batch, preview, onDecided }: { batch: Reviewed; preview: Schemas['BatchPreviewView'] | undefined; onDecided: () => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const { user, factor } = useMe();
  const [asked, setAsked] = useState<'approve' | 'reject' | null>(null);
  const [checked, setChecked] = useState(false);
  const changedAccounts = preview?.changes?.counts.find((entry) => entry.kind === 'account_changed')?.count ?? 0;
  const why = reasonNot({ state: batch.state, own: batch.createdBy === user.login, may: can('approveBatch'), factor: factor.totp === 'active' });
  if (why !== null) {
    return (
      <div className="note warn">
        <p>{t(`approval.cannot.${why}`)}</p>
        {why === 'factor' && <p><Link to={paths.me('factor')}>{t('approval.enrol')}</Link></p>}
      </div>
    );
  }
  return (
    <div className="foot">
      <div className="rest">
        {changedAccounts > 0 && (
          <Checkbox checked={checked} onChange={(event) => setChecked(event.target.checked)}>{t('approval.checked', { count: changedAccounts })}</Checkbox>
        )}
      </div>
      <Button danger onClick={() => setAsked('reject')}>{t('approval.reject')}…</Button>
      <Button type="primary" disabled={changedAccounts > 0 && !checked} onClick={() => setAsked('approve')}>{t('approval.approve')}…</Button>
      {asked !== null && <DecideDialog action={asked} batch={batch} onDone={onDecided} onClose={() => setAsked(null)} />}
    </div>
  );
}

function reasonNot({ state, own, may, factor }: { state: string; own: boolean; may: boolean; factor: boolean }): 'state' | 'own' | 'right' | 'factor' | null {
  if (state !== 'pending') return 'state';
  if (own) return 'own';
  if (!may) return 'right';
  return factor ? null : 'factor';
}
