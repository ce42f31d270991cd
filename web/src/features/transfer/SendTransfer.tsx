import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { queries } from '@/app/query';
import type { Amount } from '@/money/amount';
import { useMoneyText } from '@/ui/money/Money';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { Figures } from './Summary';
import { asTransfer, contentOf, type Preview, type TransferForm } from './form';
import { fromDecimal } from '@/money/amount';

interface Props {
  form: TransferForm;
  amount: Amount;
  preview: Preview;
  onSent: (id: string) => void;
  onClose: () => void;
}

export function SendTransfer({ form, amount, preview, onSent, onClose }: Props) {
  const { t } = useTranslation();
  const text = useMoneyText();
  const body = request(form, amount, preview);
  return (
    <MoneyDialog
      subject="transfer"
      content={contentOf(body)}
      title={t('transfer.ask', { amount: text(amount) })}
      confirm={t('transfer.go', { amount: text(amount) })}
      accounts={preview.require2FA ? [{ id: preview.from.id, number: preview.from.number, auto2FA: preview.auto2FA }] : undefined}
      send={(key, consent, signal) =>
        answer(api.POST('/api/v2/account-transfers', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, ...consent }, signal }))
      }
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
      <Figures form={form} preview={preview} />
    </MoneyDialog>
  );
}

/** The request. Of two currencies the server is told rate and both amounts, as they were shown. */
function request(form: TransferForm, amount: Amount, { exchangeRate, convertedAmount }: Preview): Schemas['TransferInput'] {
  const converts = exchangeRate != null && convertedAmount != null && form.to !== null;
  return {
    ...asTransfer(form, amount),
    ...(converts && { exchangeRate, toAmountCents: fromDecimal(convertedAmount, form.to?.currency ?? '').minor }),
  };
}
