import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { queries } from '@/app/query';
import type { Amount } from '@/money/amount';
import { useMoneyText } from '@/ui/money/Money';
import { MoneyDialog } from '@/ui/confirm/MoneyDialog';
import { Figures } from './Summary';
import type { Preview, TransferForm } from './form';
import { fromDecimal } from '@/money/amount';

interface Props {
  form: TransferForm;
  amount: Amount;
  preview: Preview;
  rate: string | undefined;
  onSent: (id: string) => void;
  onClose: () => void;
}

export function SendTransfer({ form, amount, preview, rate, onSent, onClose }: Props) {
  const { t } = useTranslation();
  const text = useMoneyText();
  const body = request(form, amount, preview, rate);
  const content = JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return (
    <MoneyDialog
      subject="transfer"
      content={content}
      title={t('transfer.ask', { amount: text(amount) })}
      confirm={t('transfer.go', { amount: text(amount) })}
      accounts={preview.accounts}
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
function request(form: TransferForm, amount: Amount, preview: Preview, rate: string | undefined): Schemas['TransferInput'] {
  const converted = preview.relations[0]?.convertedAmount;
  const arriving = converted && form.to !== null ? fromDecimal(converted, form.to.currency).minor : null;
  return {
    fromAccountId: form.from?.id ?? '',
    toAccountId: form.to?.id ?? '',
    fromAmountCents: amount.minor,
    ...(rate !== undefined && { exchangeRate: rate }),
    ...(rate !== undefined && arriving !== null && { toAmountCents: arriving }),
    ...(form.memo !== '' && { memo: form.memo }),
    ...(form.date !== '' && { transferDate: form.date }),
  };
}
