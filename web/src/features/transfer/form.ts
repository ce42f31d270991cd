import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import type { Schemas } from '@/api/client';
import { parse, toDecimal, type Amount } from '@/money/amount';
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

export type Preview = Schemas['BatchPreviewView'];

/** The transfer as a batch of one row, which the server can preview. */
export function asBatch(form: TransferForm, amount: Amount): Schemas['BatchCreateInput'] {
  return {
    name: 'transfer',
    type: 'one_to_many',
    convert: form.from?.currency !== form.to?.currency,
    sourceAccountId: numericId(form.from),
    relations: [{ targetAccountId: numericId(form.to), amount: toDecimal(amount), memo: form.memo === '' ? null : form.memo }],
  };
}

function numericId(account: Account | null): number {
  return Number.parseInt(account?.id.replace('acct_', '') ?? '0', 10);
}
