import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { answer, api, type Schemas } from '@/api/client';
import type { ProblemCode } from '@/api/problem';
import { NEXT_STEP } from '@/app/errors/steps';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { useScale } from '@/ui/currencies';
import { Cents } from '@/ui/money/Money';
import { Card, Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { Time } from '@/ui/Time';
import { Outcome } from './TransfersPage';

type Transfer = Schemas['TransferView'];

export function TransferDetailPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const transfer = useQuery({
    queryKey: keys.transfer(id),
    queryFn: async () => (await answer(api.GET('/api/v2/account-transfers/{id}', { params: { path: { id } } }))).data,
  });
  const title = t('transfer.detail.title', { id });
  if (transfer.data === undefined) {
    return (
      <Page title={title}>{transfer.error === null ? <Loading /> : <ProblemNote error={transfer.error} onRetry={() => void transfer.refetch()} />}</Page>
    );
  }
  const { data } = transfer;
  return (
    <Page title={title} mark={<Outcome status={data.status} />} actions={<Button className="no-print" onClick={() => window.print()}>{t('transfer.detail.print')}</Button>}>
      <Link className="no-print" to={paths.transfers()}>‹ {t('app.menu.transfers')}</Link>
      {data.errorCode && (
        <div className="note err">
          <p className="strong">{data.errorMessage}</p>
          <p>{t(`errors.next.${NEXT_STEP[data.errorCode as ProblemCode]}`)}</p>
        </div>
      )}
      <Facts transfer={data} />
      {data.entries.length > 0 && <Entries transfer={data} />}
    </Page>
  );
}

function Facts({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation();
  const scale = useScale();
  const money = (cents: string, currency: string) => <Cents cents={cents} scale={scale(currency)} currency={currency} />;
  const account = (id: string | null | undefined, number: string | null | undefined) => (id ? <Link to={paths.account(id)}>{number}</Link> : '–');
  return (
    <Card>
      <dl className="facts left">
        <dt>{t('transfer.from')}</dt><dd>{account(transfer.fromAccountId, transfer.fromAccountNumber)}</dd>
        <dt>{t('transfer.to')}</dt><dd>{account(transfer.toAccountId, transfer.toAccountNumber)}</dd>
        <dt>{t('transfer.amount')}</dt><dd>{money(transfer.fromAmountCents, transfer.fromCurrency)}</dd>
        <dt>{t('transfer.fee')}</dt><dd>{money(transfer.feeCents, transfer.fromCurrency)}</dd>
        {transfer.exchangeRate && transfer.toAmountCents && (
          <>
            <dt>{t('transfer.rate')}</dt><dd>{t('transfer.rateText', { rate: transfer.exchangeRate, from: transfer.fromCurrency, to: transfer.toCurrency })}</dd>
            <dt>{t('transfer.arrives')}</dt><dd>{money(transfer.toAmountCents, transfer.toCurrency)}</dd>
          </>
        )}
        <dt>{t('transfer.date')}</dt><dd>{transfer.transferDate}</dd>
        <dt>{t('transfer.list.booked')}</dt><dd><Time at={transfer.createdAt} /></dd>
        <dt>{t('transfer.detail.by')}</dt><dd>{transfer.createdBy ?? '–'}</dd>
        <dt>{t('transfer.memo')}</dt><dd><bdi>{transfer.memo ?? '–'}</bdi></dd>
      </dl>
    </Card>
  );
}

/** Both sides of the movement, with each account's balance before and after. */
function Entries({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation();
  const scale = useScale();
  const numberOf = (id: string) => (id === transfer.fromAccountId ? transfer.fromAccountNumber : id === transfer.toAccountId ? transfer.toAccountNumber : id);
  const currencyOf = (id: string) => (id === transfer.toAccountId ? transfer.toCurrency : transfer.fromCurrency);
  return (
    <Card title={t('transfer.detail.entries')}>
      <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('transfer.detail.entries')}>
        <table style={{ width: '100%', borderSpacing: '12px 4px' }}>
          <thead>
            <tr className="soft">
              <th scope="col" style={{ textAlign: 'left' }}>{t('transfer.detail.account')}</th>
              {['amount', 'before', 'after'].map((name) => <th key={name} scope="col" className="right">{t(`transfer.detail.${name}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {transfer.entries.map((entry) => {
              const currency = currencyOf(entry.accountId);
              const cell = (cents: string) => <td className="right"><Cents cents={cents} scale={scale(currency)} currency={currency} bare /></td>;
              return (
                <tr key={entry.id}>
                  <td>{numberOf(entry.accountId)} · {t(`transfer.entry.${entry.transactionType}`)}</td>
                  {cell(entry.amountCents)}{cell(entry.balanceBeforeCents)}{cell(entry.balanceAfterCents)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
