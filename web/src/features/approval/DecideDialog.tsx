import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { Problem } from '@/api/problem';
import { keys, queries } from '@/app/query';
import { fromDecimal } from '@/money/amount';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { useMoneyText } from '@/ui/money/Money';
import { Field } from '@/ui/parts';
import type { Reviewed } from './Review';

/** A decision is about the content that was shown: its hash goes with it, and a person's code. */
export function DecideDialog({ action, batch, onDone, onClose }: { action: 'approve' | 'reject'; batch: Reviewed; onDone: () => void; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const [note, setNote] = useState('');
  const hash = batch.approval.contentHash ?? null;
  const figures = { count: batch.totalCount, shown: batch.totalCount.toLocaleString(i18n.language), amount: text(fromDecimal(batch.totalAmount, batch.currency)) };
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ['approvals'] });
    void queries.invalidateQueries({ queryKey: keys.batch.all(batch.batchNumber) });
  };
  const noteMissing = action === 'reject' && note.trim() === '';
  return (
    <MoneyDialog
      subject={`${action}:${batch.batchNumber}`}
      content={`${hash}:${note}`}
      title={t(`approval.ask.${action}`, figures)}
      confirm={t(`approval.go.${action}`)}
      danger={action === 'reject'}
      needsCode
      blocked={noteMissing ? t('approval.noteNeeded', { name: batch.createdBy }) : undefined}
      send={async (key, consent, signal) => {
        const params = { path: { batch_id: batch.batchNumber }, header: { 'Idempotency-Key': key } };
        const body = { action, content_hash: hash, note: note === '' ? null : note, '2fa_code': consent['2fa_code'] ?? '' };
        try {
          return await answer(api.POST('/api/v1/admin/transfer/batches/{batch_id}/approve', { params, body, signal }));
        } catch (cause) {
          // Somebody changed or decided it meanwhile: what is shown is read again under the dialog.
          if (cause instanceof Problem && cause.status === 409) refresh();
          throw cause;
        }
      }}
      onDone={() => {
        refresh();
        onDone();
        onClose();
      }}
      onClose={onClose}
    >
      <Field label={t(action === 'reject' ? 'approval.noteRequired' : 'approval.note')}>
        {(id) => <Input.TextArea id={id} value={note} maxLength={500} rows={3} onChange={(event) => setNote(event.target.value)} />}
      </Field>
      {hash !== null && <div className="soft small" style={{ overflowWrap: 'anywhere' }}>{t('approval.hash')} <code>{hash}</code></div>}
    </MoneyDialog>
  );
}
