import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parse } from '@/money/amount';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { useMoneyText } from '@/ui/money/Money';
import { feeOf, type Policy } from './policy';

/** What the fee of an amount would be. */
export function FeeExample({ policy, scale }: { policy: Policy; scale: number }) {
  const { t } = useTranslation();
  const money = useMoneyText();
  const [text, setText] = useState('');
  const { amount } = parse(text, scale, policy.currency);
  return (
    <div className="stack tight short-form">
      <MoneyInput label={t('limits.example', { currency: policy.currency })} value={text} onChange={setText} currency={policy.currency} scale={scale} />
      <span role="status" className="num">{amount !== undefined && t('limits.exampleFee', { fee: money(feeOf(policy, amount)) })}</span>
    </div>
  );
}
