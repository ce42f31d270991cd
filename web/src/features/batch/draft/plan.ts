import type { Schemas } from '@/api/client';
import { parse, sum, toDecimal, type Amount } from '@/money/amount';
import { parseRatio, splitByRatio, splitEqually } from '@/money/split';
import type { Account } from '@/ui/AccountPicker';

export type BatchType = 'one_to_many' | 'many_to_one';
export type AmountMode = Schemas['BatchAmountMode'];

/** One payee (in many-to-one, one payer) with what was typed for it. */
export interface Row {
  id: number;
  number: string;
  name: string;
  amount: string;
  ratio: string;
  memo: string;
  /** Of a file or a program. The page does not show them, and keeps them. */
  reference?: string | null | undefined;
  externalId?: string | null | undefined;
}

/** A batch on its way to the server. What was typed for one way of setting amounts stays while another is chosen. */
export interface Plan {
  /** Number and version on the server, once it is there. */
  batch: string | null;
  version: number;
  /** Changes that the server does not have yet. */
  dirty: boolean;
  type: BatchType;
  name: string;
  remarks: string;
  memo: string;
  failure: Schemas['BatchModeWord'];
  single: { id: number; number: string; name: string; currency: string; scale: number } | null;
  rows: Row[];
  amountMode: AmountMode;
  total: string;
  fixed: string;
}

export function emptyPlan(type: BatchType, name: string): Plan {
  return {
    batch: null, version: 0, dirty: false, type, name, remarks: '', memo: '', failure: 'continue', single: null, rows: [],
    amountMode: 'equal', total: '', fixed: '',
  };
}

export function accountId(account: Pick<Account, 'id'>): number {
  return Number.parseInt(account.id.replace('acct_', ''), 10);
}

export function singleOf(account: Account): NonNullable<Plan['single']> {
  return { id: accountId(account), number: account.number, name: account.holder?.name ?? '', currency: account.currency, scale: account.scale };
}

export function rowOf(account: Account): Row {
  return { id: accountId(account), number: account.number, name: account.holder?.name ?? '', amount: '', ratio: '', memo: '' };
}

/** Why an account cannot be in the batch, or null. */
export function unfit(account: Account, plan: Plan): 'frozen' | 'closed' | 'single' | 'currency' | null {
  if (account.status !== 'active') return account.status as 'frozen' | 'closed';
  if (plan.single === null) return null;
  if (accountId(account) === plan.single.id) return 'single';
  return account.currency === plan.single.currency ? null : 'currency';
}

/** What each row would get. The page only previews it: the server's amounts are the ones that are paid. */
export function shares(plan: Plan): (Amount | null)[] {
  const { single, rows } = plan;
  if (single === null) return rows.map(() => null);
  const read = (text: string) => parse(text, single.scale, single.currency).amount ?? null;
  const made = (minor: bigint): Amount => ({ minor, scale: single.scale, currency: single.currency });
  switch (plan.amountMode) {
    case 'custom':
      return rows.map((row) => read(row.amount));
    case 'fixed': {
      const each = read(plan.fixed);
      return rows.map(() => each);
    }
    case 'equal': {
      const total = read(plan.total);
      return total === null ? rows.map(() => null) : splitEqually(total.minor, rows.length).shares.map(made);
    }
    case 'ratio': {
      const total = read(plan.total);
      const ratios = rows.map((row) => parseRatio(row.ratio));
      const known = ratios.filter((ratio) => ratio !== null);
      if (total === null || known.length < rows.length) return rows.map(() => null);
      return splitByRatio(total.minor, known).shares.map(made);
    }
  }
}

export function totalOf(plan: Plan): Amount | null {
  if (plan.single === null) return null;
  const known = shares(plan).filter((share) => share !== null);
  return sum(known, plan.single.scale, plan.single.currency);
}

export type Missing = 'single' | 'rows' | 'name' | 'amounts';

/** The first thing that the server still needs before it can keep the draft. */
export function missing(plan: Plan): Missing | null {
  if (plan.single === null) return 'single';
  if (plan.rows.length === 0) return 'rows';
  if (plan.name.trim() === '') return 'name';
  return shares(plan).every((share) => share !== null && share.minor > 0n) ? null : 'amounts';
}

/** How many rows have no amount yet. */
export function emptyRows(plan: Plan): number {
  return shares(plan).filter((share) => share === null || share.minor === 0n).length;
}

function relation(plan: Plan, row: Row): Schemas['RelationInput'] {
  const memo = row.memo !== '' ? row.memo : plan.memo;
  const amount = parse(row.amount, plan.single?.scale ?? 2, plan.single?.currency ?? '').amount;
  return {
    ...(plan.type === 'one_to_many' ? { targetAccountId: row.id } : { sourceAccountId: row.id }),
    ...(plan.amountMode === 'custom' && amount !== undefined && { amount: toDecimal(amount) }),
    ...(plan.amountMode === 'ratio' && { ratio: row.ratio.trim() }),
    ...(memo !== '' && { memo }),
    ...(row.reference != null && { reference: row.reference }),
    ...(row.externalId != null && { externalId: row.externalId }),
  };
}

function amounts(plan: Plan): Pick<Schemas['BatchEditInput'], 'amountMode' | 'totalAmount' | 'fixedAmount'> {
  const read = (text: string) => parse(text, plan.single?.scale ?? 2, plan.single?.currency ?? '').amount;
  const total = read(plan.total);
  const fixed = read(plan.fixed);
  const shared = plan.amountMode === 'equal' || plan.amountMode === 'ratio';
  return {
    amountMode: plan.amountMode,
    ...(shared && total !== undefined && { totalAmount: toDecimal(total) }),
    ...(plan.amountMode === 'fixed' && fixed !== undefined && { fixedAmount: toDecimal(fixed) }),
  };
}

/** The whole draft as an edit: the server keeps one version or the other, never a mixture. */
export function asEdit(plan: Plan): Schemas['BatchEditInput'] {
  return {
    name: plan.name.trim(),
    remarks: plan.remarks,
    mode: plan.failure,
    ...amounts(plan),
    relations: plan.rows.map((row) => relation(plan, row)),
  };
}

export function asCreation(plan: Plan): Schemas['BatchCreateInput'] {
  const { remarks, ...rest } = asEdit(plan);
  const side = plan.type === 'one_to_many' ? { sourceAccountId: plan.single?.id ?? 0 } : { targetAccountId: plan.single?.id ?? 0 };
  return { ...rest, ...side, ...(remarks && { remarks }), type: plan.type, draft: true } as Schemas['BatchCreateInput'];
}
