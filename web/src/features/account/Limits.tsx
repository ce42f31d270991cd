import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import type { Account } from '@/ui/AccountPicker';
import { Money } from '@/ui/money/Money';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';

const BOUNDS = ['min', 'max', 'day', 'month', 'batchMax'] as const;

/** The policy in force for an account. Whether it is its own or its currency's is not in the answer. */
export function Limits({ account }: { account: Account }) {
  const { t } = useTranslation();
  const { currency } = account;
  const policy = useQuery({
    queryKey: keys.policy(currency, account.id),
    queryFn: async () => (await answer(api.GET('/api/v2/policies', { params: { query: { currency, accountId: account.id } } }))).data,
  });
  if (policy.error !== null) return <ProblemNote error={policy.error} onRetry={() => void policy.refetch()} />;
  if (policy.data === undefined) return <Loading />;
  const { feeMin, feeMax, feeRate, feeThreshold } = policy.data;
  const money = (value: string | null | undefined) => (value ? <Money value={value} currency={currency} /> : t('account.limits.none'));
  return (
    <Card title={t('account.limits.own')}>
      <dl className="facts left">
        {BOUNDS.map((name) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{t(`account.limits.${name}`)}</dt>
            <dd>{money(policy.data[name])}</dd>
          </div>
        ))}
        <dt>{t('account.limits.feeRate')}</dt><dd>{feeRate}</dd>
        <dt>{t('account.limits.feeThreshold')}</dt><dd>{money(feeThreshold)}</dd>
        <dt>{t('account.limits.feeMin')}</dt><dd>{money(feeMin)}</dd>
        <dt>{t('account.limits.feeMax')}</dt><dd>{money(feeMax)}</dd>
      </dl>
    </Card>
  );
}
