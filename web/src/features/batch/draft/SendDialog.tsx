import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { Problem } from '@/api/problem';
import { keys, queries } from '@/app/query';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { useMoneyText } from '@/ui/money/Money';
import { Field } from '@/ui/parts';
import { toDecimal } from '@/money/amount';
import { PreviewFigures } from '../PreviewFigures';
import { sendVerb } from '../verbs';
import { totalOf, type Plan } from './plan';
import { REFUSED_SHOWN } from './Refused';
import type { Preview } from './StepCheck';

interface Props {
  batch: string;
  plan: Plan;
  preview: Preview;
  /** Whether it is also executed, or only handed over for approval. */
  sends: boolean;
  onDone: () => void;
  onClose: () => void;
}

/** Submits the draft and, where nobody's approval is needed, sends it: one dialog, one key for each of the two. */
export function SendDialog({ batch, plan, preview, sends, onDone, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const [note, setNote] = useState('');
  const [again, setAgain] = useState('');
  const left = useLeft(batch);
  const total = totalOf(plan);
  const needed = preview.approval.needed;
  const similar = preview.warnings.some((warning) => warning.similar?.refuses === true);
  const body: Schemas['BatchSubmitInput'] = { ...(note !== '' && { note }), ...(again !== '' && { again }), ...(left > 0 && { leaveProblems: left }) };
  const figures = { count: plan.rows.length, shown: plan.rows.length.toLocaleString(i18n.language), amount: total === null ? '' : text(total) };
  const failing = preview.failedCount > 0 ? t('draft.tick', { count: preview.failedCount, shown: preview.failedCount.toLocaleString(i18n.language) }) : undefined;
  return (
    <MoneyDialog
      subject={`submit:${batch}`}
      content={`${plan.version}:${sends}:${JSON.stringify(body)}`}
      title={t(sends ? 'batch.ask.execute' : needed > 0 ? 'draft.askSubmit' : 'draft.askHandOver', figures)}
      confirm={t(sends ? 'batch.go.execute' : needed > 0 ? 'draft.submit' : 'draft.handOver', figures)}
      accounts={sends ? preview.accounts : undefined}
      takesCodes={sends}
      tick={failing}
      blocked={similar && again.trim() === '' ? t('draft.againNeeded') : undefined}
      send={async (key, consent, signal) => {
        const params = { path: { id: batch }, header: { 'Idempotency-Key': key, 'If-Match': `"${plan.version}"` } };
        await answer(api.POST('/api/batch-transfers/{id}/submit', { params, body, signal })).catch(seeAgain(batch));
        // Repeated after a lost answer, both steps go out under their first keys.
        return sends ? sendVerb('execute', batch, `${key}-execute`, consent, '', signal) : undefined;
      }}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: keys.batch.all(batch) });
        void queries.invalidateQueries({ queryKey: ['batches'] });
        onDone();
      }}
      onClose={onClose}
    >
      {!sends && <p style={{ margin: 0 }}>{needed > 0 ? t('draft.submitEffect', { count: needed }) : t('draft.handOverEffect')}</p>}
      {total !== null && <PreviewFigures preview={preview} type={plan.type} total={toDecimal(total)} />}
      {left > 0 && (
        <div className="note warn">
          <p className="strong">{t('draft.refused.stay', { count: left, shown: left.toLocaleString(i18n.language) })}</p>
          <p>{t('draft.refused.stayEffect')}</p>
        </div>
      )}
      {similar && <Field label={t('draft.again')}>{(id) => <Input id={id} value={again} maxLength={500} onChange={(event) => setAgain(event.target.value)} />}</Field>}
      <Field label={t('batch.note')}>{(id) => <Input id={id} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}</Field>
    </MoneyDialog>
  );
}

/** How many refused rows of the file are open. The number is sent along, so that none stays unpaid unseen. */
function useLeft(batch: string): number {
  const { data } = useQuery({
    queryKey: keys.batch.problems(batch),
    queryFn: () => answer(api.GET('/api/batch-transfers/{id}/problems', { params: { path: { id: batch }, query: { pageSize: REFUSED_SHOWN } } })),
  });
  return data?.pagination.total ?? data?.data.length ?? 0;
}

/** Somebody corrected or dropped rows meanwhile: the dialog says the new number before it is sent again. */
function seeAgain(batch: string) {
  return (cause: unknown): never => {
    if (cause instanceof Problem && cause.code === 'PROBLEMS_OPEN') void queries.invalidateQueries({ queryKey: keys.batch.problems(batch) });
    throw cause;
  };
}
