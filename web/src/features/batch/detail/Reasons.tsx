import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answer, api } from '@/api/client';
import type { ProblemCode } from '@/api/problem';
import { NEXT_STEP } from '@/app/errors/steps';
import { paths } from '@/app/paths';
import { keys } from '@/app/query';
import { add, fromDecimal, type Amount } from '@/money/amount';
import { PAGE_ROWS } from '@/ui/big-list/use-pages';
import { useMoneyText } from '@/ui/money/Money';
import { Empty, Loading } from '@/ui/parts';
import { Pill } from '@/ui/Pill';
import { ProblemNote } from '@/ui/ProblemNote';
import type { BatchDetail } from './BatchPage';
import type { Item } from './Items';

/** The server cannot group failures yet (API-GAPS, G8): the first thousand are read and grouped here. */
const PAGES_READ = 5;

interface Reason {
  code: string;
  message: string;
  count: number;
  /** Null if one of them has no amount: a sum without it would be wrong. */
  sum: Amount | null;
}

async function readFailed(id: string): Promise<Item[]> {
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

/** Where finance looks first after a run: one line for each reason, with what to do. */
export function Reasons({ id, batch }: { id: string; batch: BatchDetail }) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const failed = useQuery({ queryKey: [...keys.batch.reasons(id), batch.failedCount], queryFn: () => readFailed(id) });
  if (failed.isPending) return <Loading />;
  if (failed.error !== null) return <ProblemNote error={failed.error} onRetry={() => void failed.refetch()} />;
  const reasons = groupByReason(failed.data, batch.currency);
  if (reasons.length === 0) return <div className="card"><Empty text={t('batch.reasons.none')} /></div>;
  return (
    <div className="stack tight">
      {failed.data.length < batch.failedCount && (
        <div className="note warn">{t('batch.reasons.partial', { shown: failed.data.length.toLocaleString(i18n.language), total: batch.failedCount.toLocaleString(i18n.language) })}</div>
      )}
      {reasons.map((reason) => (
        <div key={reason.code} className="card">
          <div className="body row apart">
            <div style={{ flex: 1, minWidth: 240 }}>
              <div className="row"><Pill tone="err" icon="✕">{reason.count.toLocaleString(i18n.language)}</Pill><span className="strong">{reason.message}</span></div>
              <div className="soft">{t(`errors.next.${NEXT_STEP[reason.code as ProblemCode]}`)}</div>
            </div>
            <span className="num strong">{reason.sum === null ? '–' : text(reason.sum)}</span>
            <Link to={paths.batch(id, { state: 'failed' })}>{t('batch.reasons.view')}</Link>
          </div>
        </div>
      ))}
    </div>
  );
}
