import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keepTerms, termsOf } from '@/api/idempotency';
import { queries } from '@/app/query';
import type { Amount } from '@/money/amount';
import { useMoneyText } from '@/ui/money/Money';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { Figures } from './Summary';
import { asTransfer, contentOf, termsShown, withTerms, type Preview, type Terms, type TransferForm } from './form';

interface Props {
  form: TransferForm;
  amount: Amount;
  preview: Preview;
  onSent: (id: string) => void;
  onClose: () => void;
}

const SUBJECT = 'transfer';

/** The preview is the one that was asked for, not the newest: what is confirmed doesn't change under the person who reads it. */
export function SendTransfer({ form, amount, preview, onSent, onClose }: Props) {
  const { t } = useTranslation();
  const text = useMoneyText();
  const content = contentOf(asTransfer(form, amount));
  // An earlier attempt may have got through at its own rate: it is shown and sent again as it was, under its key.
  const [open] = useState(() => termsOf<Terms>(SUBJECT, content));
  const shown = open === undefined ? preview : { ...preview, ...open };
  return (
    <MoneyDialog
      subject={SUBJECT}
      content={content}
      title={t('transfer.ask', { amount: text(amount) })}
      confirm={t('transfer.go', { amount: text(amount) })}
      accounts={preview.require2FA ? [{ id: preview.from.id, number: preview.from.number, auto2FA: preview.auto2FA }] : undefined}
      send={(key, consent, signal) => {
        const body = withTerms(form, amount, keepTerms(SUBJECT, content, termsShown(shown)));
        return answer(api.POST('/api/v2/account-transfers', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, ...consent }, signal }));
      }}
      onDone={({ data }) => {
        for (const part of ['accounts', 'account', 'transfers']) void queries.invalidateQueries({ queryKey: [part] });
        onSent(data.id);
      }}
      onClose={onClose}
    >
      <dl className="facts left">
        <dt>{t('transfer.from')}</dt><dd>{form.from?.number} · <bdi>{form.from?.holder?.name}</bdi></dd>
        <dt>{t('transfer.to')}</dt><dd>{form.to?.number} · <bdi>{form.to?.holder?.name}</bdi></dd>
        {form.date !== '' && <><dt>{t('transfer.date')}</dt><dd>{form.date}</dd></>}
      </dl>
      {open !== undefined && <div className="note warn">{t('transfer.sameAgain')}</div>}
      <Figures form={form} preview={shown} />
    </MoneyDialog>
  );
}
