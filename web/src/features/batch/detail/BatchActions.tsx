import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { freshKey } from '@/api/idempotency';
import { Problem } from '@/api/problem';
import { paths } from '@/app/paths';
import { keys, queries } from '@/app/query';
import { useCan, useMe } from '@/app/session/session';
import type { BatchState } from '../words';
import { offered, VERBS, type Verb } from '../verbs';
import type { BatchDetail } from './BatchPage';
import { useOutcome } from './outcome';
import { ExportDialog } from './ExportDialog';
import { SaveTemplate } from './SaveTemplate';
import { VerbDialog } from './VerbDialog';

/** What the state of the batch and the rights of the person offer: one button up front, the rest beside it. */
export function BatchActions({ id, batch, state }: { id: string; batch: BatchDetail; state: BatchState }) {
  const { t } = useTranslation();
  const can = useCan();
  const { user } = useMe();
  const [asked, setAsked] = useState<Verb | null>(null);
  const own = batch.createdBy === user.login;
  const verbs = offered({ state, approvalsNeeded: batch.approval.needed, interrupted: batch.interruptedAt != null, failed: batch.failedCount, own })
    .filter((verb) => can(VERBS[verb].operation));
  const [exporting, setExporting] = useState(false);
  const [saving, setSaving] = useState(false);
  const more = useMore(id, batch, () => setExporting(true), () => setSaving(true));
  const reviewable = state === 'pending' && batch.approval.needed > 0 && !own && can('approveBatch');
  const front = state === 'draft' || reviewable ? null : (verbs[0] ?? null);
  const rest = verbs.filter((verb) => verb !== front);
  return (
    <>
      {state === 'draft' && can('editBatchTransfer') && <Link to={paths.draft(id, 'who')}><Button type="primary">{t('batch.list.continue')}</Button></Link>}
      {reviewable && <Link to={paths.approvals({ batch: batch.batchNumber })}><Button type="primary">{t('batch.verb.review')}</Button></Link>}
      {front !== null && <Button type={front === 'pause' ? 'default' : 'primary'} danger={front === 'cancel'} onClick={() => setAsked(front)}>{t(`batch.verb.${front}`)}…</Button>}
      {rest.map((verb) => <Button key={verb} danger={VERBS[verb].danger ?? false} onClick={() => setAsked(verb)}>{t(`batch.verb.${verb}`)}…</Button>)}
      {more.length > 0 && (
        <Dropdown menu={{ items: more }} trigger={['click']}><Button aria-label={t('batch.verb.more')}>⋯</Button></Dropdown>
      )}
      {saving && <SaveTemplate batch={batch} onClose={() => setSaving(false)} />}
      {exporting && <ExportDialog id={id} onClose={() => setExporting(false)} />}
      {asked !== null && <VerbDialog id={id} batch={batch} verb={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

/** What moves no money: copies, the evidence, printing. */
function useMore(id: string, batch: BatchDetail, onExport: () => void, onTemplate: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const can = useCan();
  const go = useNavigate();
  const outcome = useOutcome();
  const copy = async (items: 'all' | 'failed') => {
    try {
      const params = { path: { id }, header: { 'Idempotency-Key': freshKey() } };
      const { data } = await answer(api.POST('/api/batch-transfers/{id}/copy', { params, body: { items } }));
      void queries.invalidateQueries({ queryKey: keys.batches({}).slice(0, 1) });
      void go(paths.draft(data.batchNumber, 'who'));
    } catch (cause) {
      void message.error(cause instanceof Problem ? cause.message : t('ui.problem.page'));
    }
  };
  const copyOutcome = async () => {
    try {
      await navigator.clipboard.writeText(await outcome(id, batch));
      void message.success(t('batch.message.copied'));
    } catch (cause) {
      void message.error(cause instanceof Problem ? cause.message : t('batch.message.refused'));
    }
  };
  const entry = (key: string, show: boolean, onClick: () => void) => (show ? [{ key, label: t(`batch.verb.${key}`), onClick }] : []);
  return [
    ...entry('copyFailed', batch.failedCount > 0 && can('copyBatchTransfer'), () => void copy('failed')),
    ...entry('copyAll', batch.state !== 'draft' && can('copyBatchTransfer'), () => void copy('all')),
    ...entry('template', can('saveBatchTemplate') && !['deposit', 'withdrawal'].includes(batch.type), onTemplate),
    ...entry('export', can('exportBatchTransfer'), onExport),
    ...entry('evidence', batch.submittedAt != null && can('evidencePack'), () => window.location.assign(`/api/batch-transfers/${encodeURIComponent(id)}/evidence`)),
    ...entry('copyMessage', batch.startedAt != null, () => void copyOutcome()),
    ...entry('print', true, () => void go(paths.batchRecord(batch.batchNumber))),
  ];
}
