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
  const { from, to } = preview;
  const { currency } = from;
  if (form.from === null) return null;
  const debit = add(fromDecimal(preview.amount, currency), fromDecimal(preview.fee, currency));
  return (
    <div className="stack" style={{ opacity: stale ? 0.5 : 1 }} aria-busy={stale}>
      <dl className="facts">
        <dt>{t('transfer.amount')}</dt><dd><Money value={preview.amount} currency={currency} /></dd>
        <dt>{t('transfer.fee')}</dt><dd><Money value={preview.fee} currency={currency} /></dd>
        <dt>{t('transfer.debit')}</dt><dd className="strong num">{text(debit)}</dd>
        {preview.exchangeRate != null && <><dt>{t('transfer.rate')}</dt><dd className="num">{t('transfer.rateText', { rate: preview.exchangeRate, from: currency, to: to.currency })}</dd></>}
        {preview.convertedAmount != null && <><dt>{t('transfer.arrives')}</dt><dd className="strong"><Money value={preview.convertedAmount} currency={to.currency} /></dd></>}
        <dt>{t('transfer.balanceBefore', { account: from.number })}</dt><dd><Money value={from.balanceBefore} currency={currency} /></dd>
        <dt>{t('transfer.balanceAfter')}</dt><dd className="strong"><Money value={from.balanceAfter} currency={currency} /></dd>
        <Limits preview={preview} currency={currency} />
      </dl>
      {!preview.ok && <Refusal preview={preview} />}
    </div>
  );
}

/** What of the paying account's limits is used, and what is left with this transfer still to come. */
function Limits({ preview, currency }: { preview: Preview; currency: string }) {
  const { t } = useTranslation();
  const text = useMoneyText();
  const { limits } = preview;
  if (limits == null) return null;
  const shown = (value: string) => text(fromDecimal(value, currency));
  return (
    <>
      {limits.max != null && <><dt>{t('transfer.limit.one')}</dt><dd className="num">{shown(limits.max)}</dd></>}
      {(['day', 'month'] as const).map((span) => {
        const { used, limit, left } = limits[span];
        return limit == null || left == null ? null : (
          <div key={span} style={{ display: 'contents' }}>
            <dt>{t(`transfer.limit.${span}`)}</dt>
            <dd className="num">{t('transfer.limit.use', { left: shown(left), used: shown(used), limit: shown(limit) })}</dd>
          </div>
        );
      })}
    </>
  );
}

function Refusal({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  if (preview.errorCode === 'APPROVAL_REQUIRED') return <div className="note warn" role="alert">{t('transfer.needsApproval')}</div>;
  const step = NEXT_STEP[preview.errorCode as ProblemCode];
  return (
    <div className="note err" role="alert">
      <p className="strong">{preview.errorMessage}</p>
      {step !== undefined && <p>{t(`errors.next.${step}`)}</p>}
    </div>
  );
}
