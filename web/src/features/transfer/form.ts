import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import type { Schemas } from '@/api/client';
import { fromDecimal, parse, type Amount } from '@/money/amount';
import type { Account } from '@/ui/AccountPicker';

export interface TransferForm {
  from: Account | null;
  to: Account | null;
  amount: string;
  date: string;
  memo: string;
}

const KEPT = 'transfer-form';
const EMPTY: TransferForm = { from: null, to: null, amount: '', date: '', memo: '' };

/** A single transfer has no draft on the server: what was typed stays in the tab until it is sent or the person signs out. */
export function useTransferForm() {
  const state = useLocation().state as Partial<TransferForm> | null;
  const [form, setForm] = useState<TransferForm>(() => {
    const kept = sessionStorage.getItem(KEPT);
    return { ...EMPTY, ...(kept === null ? {} : (JSON.parse(kept) as TransferForm)), ...state };
  });
  useEffect(() => sessionStorage.setItem(KEPT, JSON.stringify(form)), [form]);
  return [form, (change: Partial<TransferForm>) => setForm((now) => ({ ...now, ...change }))] as const;
}

export function forgetTransferForm(): void {
  sessionStorage.removeItem(KEPT);
}

/** The amount, if the form says everything that is needed. */
export function completeAmount(form: TransferForm): Amount | null {
  if (form.from === null || form.to === null) return null;
  const { amount } = parse(form.amount, form.from.scale, form.from.currency);
  return amount !== undefined && amount.minor > 0n ? amount : null;
}

export type Preview = Schemas['TransferPreviewView'];

/** The request that is previewed; with the terms that were shown, it is the one that is sent. */
export function asTransfer(form: TransferForm, amount: Amount): Schemas['TransferInput'] {
  return {
    fromAccountId: form.from?.id ?? '',
    toAccountId: form.to?.id ?? '',
    fromAmountCents: amount.minor,
    ...(form.memo !== '' && { memo: form.memo }),
    ...(form.date !== '' && { transferDate: form.date }),
  };
}

/** A request as text, to compare it or to keep its key by. */
export function contentOf(body: Schemas['TransferInput'] | null): string {
  return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** Of two currencies, what the person saw and the server is told. It moves while a dialog is open, so it is kept with the key. */
export interface Terms {
  exchangeRate: string | null;
  convertedAmount: string | null;
}

export function termsShown({ exchangeRate, convertedAmount }: Preview): Terms {
  return { exchangeRate: exchangeRate ?? null, convertedAmount: convertedAmount ?? null };
}

/** The request under the terms that were shown. */
export function withTerms(form: TransferForm, amount: Amount, { exchangeRate, convertedAmount }: Terms): Schemas['TransferInput'] {
  const converts = exchangeRate !== null && convertedAmount !== null && form.to !== null;
  return {
    ...asTransfer(form, amount),
    ...(converts && { exchangeRate, toAmountCents: fromDecimal(convertedAmount, form.to?.currency ?? '').minor }),
  };
}
