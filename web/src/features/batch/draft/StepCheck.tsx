import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import { compare, fromDecimal, toDecimal } from '@/money/amount';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { PreviewFigures } from '../PreviewFigures';
import { CheckRows } from './CheckRows';
import { totalOf, type Plan } from './plan';
import { Refused } from './Refused';
import { SaveState } from './SaveState';
import { SendDialog } from './SendDialog';
import type { DraftStore, Saving } from './store';
import { forgetDraft } from './use-draft';

export type Preview = Schemas['BatchPreviewView'];

/** Step 3: the server's figures, what would fail, and the one button that is right for this batch and this person. */
export function StepCheck({ plan, saving, store }: { plan: Plan; saving: Saving; store: DraftStore }) {
  const { t } = useTranslation();
  // The preview is of what the server has, so everything has to be there first.
  useEffect(() => void store.flush(), [store]);
  const ready = plan.batch !== null && !plan.dirty;
  const preview = useQuery({
    queryKey: keys.batch.preview(plan.batch ?? '', plan.version, { pageSize: 1 }),
    queryFn: async () => (await answer(api.POST('/api/batch-transfers/{id}/preview', { params: { path: { id: plan.batch ?? '' }, query: { pageSize: 1 } } }))).data,
    enabled: ready,
    staleTime: 0,
    refetchInterval: 60_000,
  });
  const total = totalOf(plan);
  const [failed, setFailed] = useState(false);
  return (
    <>
      {saving.state === 'failed' && <ProblemNote error={saving.problem} onRetry={() => void store.flush()} />}
      {plan.batch !== null && <Refused batch={plan.batch} version={plan.version} store={store} />}
      {preview.error !== null && <ProblemNote error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data === undefined ? <Loading lines={6} /> : (
        <>
          <div className="two">
            <Card title={t('draft.aboutToSend')}>
              {total !== null && <PreviewFigures preview={preview.data} type={plan.type} total={toDecimal(total)} />}
            </Card>
            <Changed preview={preview.data} />
          </div>
          <Difference preview={preview.data} plan={plan} />
          {plan.batch !== null && <CheckRows batch={plan.batch} version={plan.version} plan={plan} store={store} preview={preview.data} onlyFailed={failed} onFilter={setFailed} />}
        </>
      )}
      <Actions plan={plan} saving={saving} store={store} preview={ready && !preview.isFetching ? preview.data : undefined} />
    </>
  );
}

/** The page never trusts its own sum: if the server's differs, that is a fault and is said. */
function Difference({ preview, plan }: { preview: Preview; plan: Plan }) {
  const { t } = useTranslation();
  const total = totalOf(plan);
  if (total === null || preview.failedCount > 0 || preview.leftOut > 0) return null;
  return compare(total, fromDecimal(preview.successAmount, preview.currency)) === 0 ? null : <div className="note err" role="alert">{t('draft.differs')}</div>;
}

function Changed({ preview }: { preview: Preview }) {
  const { t, i18n } = useTranslation();
  const { changes } = preview;
  return (
    <Card title={changes?.baseName ? t('draft.changedSince', { name: changes.baseName }) : t('draft.noBase')}>
      <dl className="facts">
        {(changes?.counts ?? []).filter((entry) => entry.count > 0).map((entry) => (
          <div key={entry.kind} style={{ display: 'contents' }}>
            <dt>{t(`draft.change.${entry.kind}`)}</dt>
            <dd className="num">{entry.count.toLocaleString(i18n.language)}</dd>
          </div>
        ))}
      </dl>
      {(changes?.counts ?? []).every((entry) => entry.count === 0) && <p className="soft" style={{ margin: 0 }}>{t('draft.nothingChanged')}</p>}
    </Card>
  );
}

function Actions({ plan, saving, store, preview }: { plan: Plan; saving: Saving; store: DraftStore; preview: Preview | undefined }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const can = useCan();
  const { user } = useMe();
  const [asked, setAsked] = useState(false);
  const batch = plan.batch;
  const needsApproval = (preview?.approval.needed ?? 0) > 0;
  // Nobody's approval is needed and the person may send: one step. Otherwise the batch is handed over.
  const sends = preview !== undefined && preview.approval.needed === 0 && can('executeBatchTransfer');
  const label = t(sends ? 'draft.send' : needsApproval ? 'draft.submit' : 'draft.handOver');
  return (
    <div className="foot">
      <div className="rest"><SaveState saving={saving} onRetry={() => void store.flush()} /></div>
      <Link to={paths.draft(batch ?? 'new', 'amounts')}><Button>{t('draft.back')}</Button></Link>
      <Button type="primary" disabled={preview === undefined || batch === null} onClick={() => setAsked(true)}>{label}…</Button>
      {asked && preview !== undefined && batch !== null && (
        <SendDialog batch={batch} plan={plan} preview={preview} sends={sends} onClose={() => setAsked(false)}
          onDone={() => {
            forgetDraft(user.id, batch);
            void go(paths.batch(batch), { replace: true });
          }} />
      )}
    </div>
  );
}
