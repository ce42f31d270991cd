import { useTranslation } from 'react-i18next';
import { fromDecimal } from '@/money/amount';
import { useMoneyText } from '@/ui/money/Money';
import { percentOf, type Policy } from './policy';

const BOUNDS = ['min', 'max', 'day', 'month', 'batchMax'] as const;

/** A policy in sentences: its limits, then its fee. */
export function usePolicySentences(): (policy: Policy) => string[] {
  const { t } = useTranslation();
  const money = useMoneyText();
  return (policy) => {
    const text = (value: string) => money(fromDecimal(value, policy.currency));
    const set = BOUNDS.flatMap((name) => {
      const value = policy[name];
      return value == null ? [] : [t(`limits.sentence.${name}`, { amount: text(value) })];
    });
    return [...(set.length === 0 ? [t('limits.sentence.none')] : set), fee(policy)];

    function fee({ feeRate, feeThreshold, feeMin, feeMax }: Policy): string {
      if (feeThreshold == null) return t('limits.fee.free');
      const facts = { percent: percentOf(feeRate), above: text(feeThreshold), least: text(feeMin ?? '0') };
      return feeMax == null ? t('limits.fee.open', facts) : t('limits.fee.bounded', { ...facts, most: text(feeMax) });
    }
  };
}
