import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { answer, api } from '@/api/client';
import { paths } from '@/app/paths';
import { format, type Amount } from '@/money/amount';
import { AccountPicker, useRested } from '@/ui/AccountPicker';
import { MoneyInput } from '@/ui/money/MoneyInput';
import { Card, Page } from '@/ui/Page';
import { Field } from '@/ui/parts';
import { asTransfer, completeAmount, contentOf, forgetTransferForm, useTransferForm, type Preview, type TransferForm } from './form';
import { SendTransfer } from './SendTransfer';
import { Summary } from './Summary';

/** One transfer: accounts and amount, what it does to both balances, and the dialog that sends it. */
export function TransferPage() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [form, set] = useTransferForm();
  // What the dialog confirms, as it was when it was asked for.
  const [asked, setAsked] = useState<{ form: TransferForm; amount: Amount; preview: Preview } | null>(null);
  const rested = useRested(form, 300);
  const preview = usePreview(rested);
  const amount = completeAmount(form);
  // Compared by content: leaving the amount field groups its digits, which changes nothing that is sent.
  const fresh = sameRequest(rested, form) && preview.data !== undefined && !preview.isFetching;
  const sendable = amount !== null && fresh && preview.data.ok;
  const label = amount === null ? t('transfer.send') : t('transfer.sendAmount', { amount: `${format(amount)} ${amount.currency}` });
  return (
    <Page title={t('transfer.new')}>
      <div className="two">
        <Card>
          <Fields form={form} set={set} />
        </Card>
        <Summary form={form} preview={preview.data} error={preview.error} stale={!fresh} onRetry={() => void preview.refetch()} />
      </div>
      <div className="foot">
        <Button type="primary" disabled={!sendable} onClick={() => amount !== null && preview.data !== undefined && setAsked({ form, amount, preview: preview.data })}>{label}…</Button>
      </div>
      {asked !== null && (
        <SendTransfer {...asked} onClose={() => setAsked(null)}
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
    return amount === null ? null : contentOf(asTransfer(form, amount));
  };
  return content(a) === content(b);
}

function usePreview(form: TransferForm) {
  const amount = completeAmount(form);
  const body = amount === null ? null : asTransfer(form, amount);
  return useQuery({
    queryKey: ['transfer-preview', contentOf(body)],
    queryFn: async ({ signal }) => {
      if (body === null) throw new Error('nothing to preview');
      return (await answer(api.POST('/api/v2/account-transfers/preview', { body, signal }))).data;
    },
    enabled: body !== null,
    // Balances move: what was foreseen a minute ago is foreseen again before it is sent.
    staleTime: 0,
    refetchInterval: 60_000,
  });
}

function Fields({ form, set }: { form: TransferForm; set: (change: Partial<TransferForm>) => void }) {
  const { t } = useTranslation();
  const { from, to } = form;
  return (
    <div className="form">
      <Field label={t('transfer.from')}>{(id) => <AccountPicker id={id} value={from} exclude={to?.id} onChange={(account) => set({ from: account })} />}</Field>
      <Field label={t('transfer.to')}>{(id) => <AccountPicker id={id} value={to} exclude={from?.id} onChange={(account) => set({ to: account })} />}</Field>
      <MoneyInput label={t('transfer.amount')} value={form.amount} onChange={(text) => set({ amount: text })} currency={from?.currency ?? ''} scale={from?.scale ?? 2} disabled={from === null} />
      <Field label={t('transfer.date')} hint={t('transfer.dateHint')}>
        {(id) => <Input id={id} type="date" value={form.date} style={{ maxWidth: 170 }} onChange={(event) => set({ date: event.target.value })} />}
      </Field>
      <Field label={t('transfer.memo')}>
        {(id) => <Input id={id} value={form.memo} maxLength={500} showCount onChange={(event) => set({ memo: event.target.value })} />}
      </Field>
    </div>
  );
}
