import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useCan } from '@/app/session/session';
import type { Account } from '@/ui/AccountPicker';
import { Cents } from '@/ui/money/Money';
import { Card, Page } from '@/ui/Page';
import { Chips, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { useSearch } from '@/ui/use-search';
import { AccountActions } from './AccountActions';
import { Limits } from './Limits';
import { Statement } from './Statement';
import { AccountState } from './words';

const TABS = ['statement', 'limits'] as const;
type Tab = (typeof TABS)[number];

export function AccountPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const { search, set } = useSearch(['tab'] as const);
  const tab = TABS.find((name) => name === search.tab) ?? 'statement';
  const account = useQuery({
    queryKey: keys.account(id),
    queryFn: async () => (await answer(api.GET('/api/v2/accounts/{id}', { params: { path: { id } } }))).data,
  });
  if (account.data === undefined) {
    return (
      <Page title={t('account.one')}>
        {account.error === null ? <Loading /> : <ProblemNote error={account.error} onRetry={() => void account.refetch()} />}
      </Page>
    );
  }
  return (
    <Page title={account.data.number} mark={<AccountState status={account.data.status} />} actions={<AccountActions account={account.data} />}>
      <Link to={paths.accounts()}>‹ {t('app.menu.accounts')}</Link>
      <Head account={account.data} />
      <Chips<Tab> label={t('account.one')} value={tab} onChange={(next) => set({ tab: next })} chips={TABS.map((key) => ({ key, label: t(`account.tabs.${key}`) }))} />
      {tab === 'statement' ? <Statement account={account.data} /> : <Limits account={account.data} />}
    </Page>
  );
}

function Head({ account }: { account: Account }) {
  const { t } = useTranslation();
  const can = useCan();
  const { holder, scale, currency } = account;
  const figures = [['balanceCents', account.balanceCents], ['heldCents', account.heldCents], ['availableCents', account.availableCents]] as const;
  return (
    <div className="two">
      <Card>
        <dl className="facts">
          {figures.map(([name, cents]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{t(`account.${name}`)}</dt>
              <dd className="strong"><Cents cents={cents} scale={scale} currency={currency} /></dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card>
        <dl className="facts left">
          <dt>{t('account.holder')}</dt><dd><bdi>{holder?.name ?? '–'}</bdi></dd>
          <dt>{t('account.email')}</dt><dd>{holder?.email ?? '–'}</dd>
          <dt>{t('account.uid')}</dt><dd>{holder?.uid ?? '–'}</dd>
          <dt>{t('account.opened')}</dt><dd><Time at={account.createdAt} /></dd>
          {can('bindAccountTotp') && <><dt>2FA</dt><dd>{t(`account.totp.${account.totp}`)}</dd></>}
        </dl>
      </Card>
    </div>
  );
}
