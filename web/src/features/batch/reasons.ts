import { answer, api, type Schemas } from '@/api/client';
import { add, fromDecimal, type Amount } from '@/money/amount';
import { PAGE_ROWS } from '@/ui/big-list/use-pages';

type Item = Schemas['RelationView'];

/** The server cannot group failures yet (API-GAPS, G8): the first thousand are read and grouped here. */
const PAGES_READ = 5;

export interface Reason {
  code: string;
  message: string;
  count: number;
  /** Null if one of them has no amount: a sum without it would be wrong. */
  sum: Amount | null;
}

export async function readFailed(id: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let page = 1; page <= PAGES_READ; page += 1) {
    const query = { state: 'failed' as const, page, pageSize: PAGE_ROWS };
    const { data } = await answer(api.GET('/api/batch-transfers/{id}/relations', { params: { path: { id }, query } }));
    items.push(...data);
    if (data.length < PAGE_ROWS) break;
  }
  return items;
}

export function groupByReason(items: Pick<Item, 'errorCode' | 'errorMessage' | 'amount'>[], currency: string): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const item of items) {
    const code = item.errorCode ?? '';
    const known: Reason = reasons.get(code) ?? { code, message: item.errorMessage ?? code, count: 0, sum: { minor: 0n, scale: 0, currency } };
    const sum = known.sum === null || item.amount == null ? null : add(known.sum, fromDecimal(item.amount, currency));
    reasons.set(code, { ...known, count: known.count + 1, sum });
  }
  return [...reasons.values()].sort((a, b) => b.count - a.count);
}
