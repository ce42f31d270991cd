import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys, queries } from '@/app/query';
import { fromDecimal } from '@/money/amount';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { useMoneyText } from '@/ui/money/Money';
import { Field, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { PreviewFigures } from '../PreviewFigures';
import { sendVerb, VERBS, type Verb } from '../verbs';
import type { BatchDetail } from './BatchPage';

/** Asks before anything happens to the whole batch. What sends money first shows what it would do now. */
export function VerbDialog({ id, batch, verb, onClose }: { id: string; batch: BatchDetail; verb: Verb; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const [note, setNote] = useState('');
  const moves = verb === 'execute';
  const preview = useQuery({
    queryKey: keys.batch.preview(id, batch.version, { dialog: 1 }),
    queryFn: async () => (await answer(api.POST('/api/batch-transfers/{id}/preview', { params: { path: { id }, query: { pageSize: 1 } } }))).data,
    enabled: moves,
    staleTime: 0,
  });
  const counted = { retryFailed: batch.failedCount, skipFailed: batch.failedCount, resume: batch.pendingCount > 0 ? batch.pendingCount : batch.failedCount };
  const count = counted[verb as keyof typeof counted] ?? batch.totalCount;
  const money = verb === 'execute' ? batch.totalAmount : batch.failedAmount;
  const figures = { count, shown: count.toLocaleString(i18n.language), amount: text(fromDecimal(money, batch.currency)) };
  const pending = moves && preview.data === undefined;
  return (
    <MoneyDialog
      key={pending ? 'pending' : 'ready'}
      subject={`${verb}:${id}`}
      content={`${batch.version}:${batch.state}:${batch.failedCount}:${note}`}
      title={t(`batch.ask.${verb}`, figures)}
      confirm={t(`batch.go.${verb}`, figures)}
      {...(verb === 'cancel' && { cancel: t('batch.keep') })}
      danger={VERBS[verb].danger ?? false}
      takesCodes={VERBS[verb].takesCodes}
      accounts={preview.data?.accounts}
      blocked={pending ? t('batch.previewing') : undefined}
      send={(key, consent, signal) => sendVerb(verb, id, key, consent, note, signal)}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: keys.batch.all(id) });
        void queries.invalidateQueries({ queryKey: ['batches'] });
        onClose();
      }}
      onClose={onClose}
    >
      {moves && preview.error !== null && <ProblemNote error={preview.error} onRetry={() => void preview.refetch()} />}
      {moves && preview.isPending && <Loading />}
      {moves && preview.data !== undefined && <PreviewFigures preview={preview.data} type={batch.type} total={batch.totalAmount} />}
      {!moves && <p style={{ margin: 0 }}>{t(`batch.effect.${verb}`, figures)}</p>}
      {!VERBS[verb].takesCodes && verb !== 'skipFailed' && (
        <Field label={t('batch.note')}>{(field) => <Input id={field} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}</Field>
      )}
    </MoneyDialog>
  );
}
