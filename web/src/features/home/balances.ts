import type { Schemas } from '@/api/client';
import { fromMinor, sum, type Amount } from '@/money/amount';

/** What is known of the accounts in a currency from one page of them. */
export interface Balance {
  currency: string;
  count: number;
  /** There are more than were counted. */
  isLeast: boolean;
  /** Null if the page has not all of them: a sum of some would be wrong. */
  total: Amount | null;
}

type Answer = Schemas['ListEnvelope_AccountView'];

export function balanceOf({ data, pagination }: Pick<Answer, 'data' | 'pagination'>, currency: string, scale: number): Balance {
  const count = pagination.total ?? data.length;
  const isWhole = !pagination.totalIsLeast && pagination.nextCursor == null && data.length === count;
  return {
    currency,
    count,
    isLeast: pagination.totalIsLeast,
    total: isWhole ? sum(data.map((account) => fromMinor(account.balanceCents, account.scale, currency)), scale, currency) : null,
  };
}
