import { useTranslation } from 'react-i18next';
import { add, fromDecimal } from '@/money/amount';
import { Money, useMoneyText } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { ProblemNote } from '@/ui/ProblemNote';
import { Problem } from '@/api/problem';
import { NEXT_STEP } from '@/app/errors/steps';
import type { ProblemCode } from '@/api/problem';
import type { Preview, TransferForm } from './form';

/** Before anything is sent: amount, fee, what is debited, and the balance before and after. */
export function Summary({ form, preview, error, stale, onRetry }: {
  form: TransferForm;
  preview: Preview | undefined;
  error: unknown;
  stale: boolean;
  onRetry: () => void;
}) {
  const { t } = useTranslation();
  if (error instanceof Problem) return <ProblemNote error={error} onRetry={onRetry} />;
  return (
    <Card title={t('transfer.before')}>
      {preview === undefined ? <p className="soft" style={{ margin: 0 }}>{t('transfer.fill')}</p> : <Figures form={form} preview={preview} stale={stale} />}
    </Card>
  );
}

export function Figures({ form, preview, stale = false }: { form: TransferForm; preview: Preview; stale?: boolean }) {
  const { t } = useTranslation();
  const text = useMoneyText();
  const row = preview.relations[0];
  const { currency } = preview;
  if (row === undefined || form.from === null) return null;
  const debit = row.amount == null ? null : add(fromDecimal(row.amount, currency), fromDecimal(row.fee, currency));
  return (
    <div className="stack" style={{ opacity: stale ? 0.5 : 1 }} aria-busy={stale}>
      <dl className="facts">
        <dt>{t('transfer.amount')}</dt><dd><Money value={row.amount} currency={currency} /></dd>
        <dt>{t('transfer.fee')}</dt><dd><Money value={row.fee} currency={currency} /></dd>
        <dt>{t('transfer.debit')}</dt><dd className="strong num">{debit === null ? '–' : text(debit)}</dd>
        {row.convertedAmount && row.convertedCurrency && (
          <><dt>{t('transfer.arrives')}</dt><dd><Money value={row.convertedAmount} currency={row.convertedCurrency} /></dd></>
        )}
        {preview.balanceBefore && preview.balanceAfter && (
          <>
            <dt>{t('transfer.balanceBefore', { account: form.from.number })}</dt><dd><Money value={preview.balanceBefore} currency={currency} /></dd>
            <dt>{t('transfer.balanceAfter')}</dt><dd className="strong"><Money value={preview.balanceAfter} currency={currency} /></dd>
          </>
        )}
      </dl>
      {!row.ok && (
        <div className="note err" role="alert">
          <p className="strong">{row.errorMessage}</p>
          <p>{t(`errors.next.${NEXT_STEP[row.errorCode as ProblemCode]}`)}</p>
        </div>
      )}
      {preview.approval.needed > 0 && <div className="note warn">{t('transfer.needsApproval')}</div>}
    </div>
  );
}
