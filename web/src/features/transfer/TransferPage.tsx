import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { format } from '@/money/amount';
import { convert } from '@/money/fx';
import { AccountPicker, useRested, type Account } from '@/ui/AccountPicker';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Card, Page } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { asBatch, completeAmount, forgetTransferForm, useTransferForm, type TransferForm } from './form';
import { SendTransfer } from './SendTransfer';
import { Summary } from './Summary';

/** One transfer: accounts and amount, what it does to both balances, and the dialog that sends it. */
export function TransferPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [form, set] = useTransferForm();
  const [asked, setAsked] = useState(false);
  const rested = useRested(form, 300);
  const preview = usePreview(rested);
  const rate = useRate(form.from, form.to);
  const amount = completeAmount(form);
  // Compared by content: leaving the amount field groups its digits, which changes nothing that is sent.
  const fresh = sameRequest(rested, form) && preview.data !== undefined && !preview.isFetching;
  const row = preview.data?.relations[0];
  const needsRate = form.from !== null && form.to !== null && form.from.currency !== form.to.currency;
  const sendable = amount !== null && fresh && row?.ok === true && preview.data.approval.needed === 0 && (!needsRate || rate !== undefined);
  const label = amount === null ? t('transfer.send') : t('transfer.sendAmount', { amount: `${format(amount)} ${amount.currency}` });
  return (
    <Page title={t('transfer.new')}>
      <div className="two">
        <Card>
          <Fields form={form} set={set} rate={rate} />
        </Card>
        <Summary form={form} preview={preview.data} error={preview.error} stale={!fresh} onRetry={() => void preview.refetch()} />
      </div>
      <div className="foot">
        <Button type="primary" disabled={!sendable} onClick={() => setAsked(true)}>{label}…</Button>
      </div>
      {asked && amount !== null && preview.data !== undefined && (
        <SendTransfer form={form} amount={amount} preview={preview.data} rate={needsRate ? rate : undefined} onClose={() => setAsked(false)}
          onSent={(id) => {
            forgetTransferForm();
            void go(paths.transferDetail(id));
          }} />
      )}
    </Page>
  );
}

function sameRequest(a: TransferForm, b: TransferForm): boolean {
  const content = (form: TransferForm) => {
    const amount = completeAmount(form);
    return amount === null ? null : JSON.stringify(asBatch(form, amount));
  };
  return content(a) === content(b);
}

function usePreview(form: TransferForm) {
  const amount = completeAmount(form);
  const body = amount === null ? null : asBatch(form, amount);
  return useQuery({
    queryKey: ['transfer-preview', JSON.stringify(body)],
    queryFn: async ({ signal }) => {
      if (body === null) throw new Error('nothing to preview');
      return (await answer(api.POST('/api/batch-transfers/preview', { body, signal }))).data;
    },
    enabled: body !== null,
    // Balances move: what was foreseen a minute ago is foreseen again before it is sent.
    staleTime: 0,
    refetchInterval: 60_000,
  });
}

function useRate(from: Account | null, to: Account | null): string | undefined {
  const differ = from !== null && to !== null && from.currency !== to.currency;
  const { data } = useQuery({
    queryKey: keys.rates,
    queryFn: async () => (await answer(api.GET('/api/v2/fx-rates'))).data,
    enabled: differ,
  });
  return data?.find((entry) => entry.source === from?.currency && entry.target === to?.currency)?.rate;
}

function Fields({ form, set, rate }: { form: TransferForm; set: (change: Partial<TransferForm>) => void; rate: string | undefined }) {
  const { t } = useTranslation();
  const { from, to } = form;
  const amount = completeAmount(form);
  const differ = from !== null && to !== null && from.currency !== to.currency;
  return (
    <div className="form">
      <Field label={t('transfer.from')}>{(id) => <AccountPicker id={id} value={from} exclude={to?.id} onChange={(account) => set({ from: account })} />}</Field>
      <Field label={t('transfer.to')}>{(id) => <AccountPicker id={id} value={to} exclude={from?.id} onChange={(account) => set({ to: account })} />}</Field>
      <MoneyInput label={t('transfer.amount')} value={form.amount} onChange={(text) => set({ amount: text })} currency={from?.currency ?? ''} scale={from?.scale ?? 2} disabled={from === null} />
      {differ && (
        <dl className="facts left">
          <dt>{t('transfer.rate')}</dt>
          <dd>{rate === undefined ? t('transfer.noRate', { from: from.currency, to: to.currency }) : t('transfer.rateText', { rate, from: from.currency, to: to.currency })}</dd>
          <dt>{t('transfer.arrives')}</dt>
          <dd className="num">{rate !== undefined && amount !== null ? `${format(convert(amount, rate, to.scale, to.currency))} ${to.currency}` : '–'}</dd>
        </dl>
      )}
      <Field label={t('transfer.date')} hint={t('transfer.dateHint')}>
        {(id) => <Input id={id} type="date" value={form.date} style={{ maxWidth: 170 }} onChange={(event) => set({ date: event.target.value })} />}
      </Field>
      <Field label={t('transfer.memo')}>
        {(id) => <Input id={id} value={form.memo} maxLength={500} showCount onChange={(event) => set({ memo: event.target.value })} />}
      </Field>
    </div>
  );
}
