import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import { AccountPicker, type Account } from '@/ui/AccountPicker';
import { useCurrencies, useScale } from '@/ui/currencies';
import { Card } from '@/ui/Page';
import { Empty, Field, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Section } from '../Section';
import { Trail } from '../Trail';
import { EditPolicy } from './EditPolicy';
import { FeeExample } from './FeeExample';
import { usePolicySentences } from './sentences';

/** What may be sent and what it costs: by currency, and for one account. */
export function LimitsPage() {
  const { t } = useTranslation();
  const currencies = useCurrencies();
  const [account, setAccount] = useState<Account | null>(null);
  return (
    <Section section="limits">
      {currencies.length === 0 && <Empty text={t('limits.noCurrency')} />}
      {currencies.map(({ code }) => <PolicyCard key={code} currency={code} account={null} />)}
      <Card title={t('limits.ofAccount')}>
        <Field label={t('limits.account')} hint={t('limits.accountHint')}>{(id) => <AccountPicker id={id} value={account} onChange={setAccount} />}</Field>
      </Card>
      {account !== null && <PolicyCard key={account.id} currency={account.currency} account={account} />}
      <Trail subject="policy" title={t('limits.trail')} />
    </Section>
  );
}

function PolicyCard({ currency, account }: { currency: string; account: Account | null }) {
  const { t } = useTranslation();
  const can = useCan();
  const sentences = usePolicySentences();
  const scale = useScale()(currency);
  const [isEditing, setEditing] = useState(false);
  const policy = useQuery({
    queryKey: keys.policy(currency, account?.id ?? ''),
    queryFn: async () => (await answer(api.GET('/api/v2/policies', { params: { query: { currency, ...(account !== null && { accountId: account.id }) } } }))).data,
  });
  return (
    <Card title={account === null ? currency : `${account.number} · ${currency}`} extra={can('setPolicy') && policy.data !== undefined && <Button onClick={() => setEditing(true)}>{t('limits.edit')}…</Button>}>
      {policy.error !== null && <ProblemNote error={policy.error} onRetry={() => void policy.refetch()} />}
      {policy.isPending && <Loading />}
      {policy.data !== undefined && (
        <div className="stack">
          <ul className="sentences">{sentences(policy.data).map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
          <FeeExample policy={policy.data} scale={scale} />
        </div>
      )}
      {isEditing && policy.data !== undefined && <EditPolicy policy={policy.data} account={account} scale={scale} onClose={() => setEditing(false)} />}
    </Card>
  );
}
