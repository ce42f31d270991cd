import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { add, compare, fromDecimal, subtract } from '@/money/amount';
import { Money, useMoneyText } from '@/ui/money/Money';

type Preview = Schemas['BatchPreviewView'];

/** The figures of a batch before it is sent, document 000's lines first. All of them are the server's. */
export function PreviewFigures({ preview, type, total }: { preview: Preview; type: Schemas['BatchTypeWord']; total: string }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const { currency } = preview;
  // What would be paid now: items that would fail are not debited.
  const debit = add(fromDecimal(preview.successAmount, currency), fromDecimal(preview.feeAmount, currency));
  const short = preview.balanceAfter ? fromDecimal(preview.balanceAfter, currency) : null;
  const zero = { ...debit, minor: 0n };
  return (
    <div className="stack">
      <dl className="facts">
        <dt>{t('batch.preview.type')}</dt><dd>{t(`batch.type.${type}`)}</dd>
        <dt>{t('batch.preview.count')}</dt><dd className="num">{preview.totalCount.toLocaleString(i18n.language)}</dd>
        <dt>{t('batch.preview.total')}</dt><dd className="strong"><Money value={total} currency={currency} /></dd>
        <dt>{t('batch.preview.fees')}</dt><dd><Money value={preview.feeAmount} currency={currency} /></dd>
        <dt>{t('batch.preview.debit')}</dt><dd className="strong num">{text(debit)}</dd>
        {preview.balanceBefore && <><dt>{t('batch.preview.before', { account: preview.account })}</dt><dd><Money value={preview.balanceBefore} currency={preview.accountCurrency ?? currency} /></dd></>}
        {preview.balanceAfter && <><dt>{t('batch.preview.after')}</dt><dd className="strong"><Money value={preview.balanceAfter} currency={preview.accountCurrency ?? currency} /></dd></>}
        {preview.heldByOthers && <><dt>{t('batch.preview.held')}</dt><dd><Money value={preview.heldByOthers} currency={currency} /></dd></>}
      </dl>
      <p className="soft" style={{ margin: 0 }}>{t('batch.preview.check')}</p>
      {short !== null && compare(short, zero) < 0 && <div className="note err">{t('batch.preview.short', { amount: text(subtract(zero, short)) })}</div>}
      {preview.failedCount > 0 && <div className="note err">{t('batch.preview.wouldFail', { count: preview.failedCount, total: preview.totalCount.toLocaleString(i18n.language) })}</div>}
      {preview.warnings.map((warning) => <div key={warning.code} className="note warn">{warning.message}</div>)}
    </div>
  );
}
