import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';
import { daysOf } from '@/ui/day';
import { Card } from '@/ui/Page';
import { Empty, Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import type { Asked } from '../export/body';
import { barsOf } from './bars';
import { FiguresTable } from './Table';

// The library of charts is loaded after the table is there.
const Chart = lazy(() => import('./Chart'));

/** Lines that are asked for. A line is a day and a currency, and 10,000 is the server's most; of accounts the most active. */
const SHOWN = { day: 10_000, account: 100, none: 100 } as const;
const BARS = 30;

/** What was sent, by day, by account or by currency alone: the table first, then a chart for each currency. */
export function FiguresReport({ asked }: { asked: Asked }) {
  const { t, i18n } = useTranslation();
  const { from, to, groupBy, currency, account } = asked;
  const query = { from, to, groupBy, limit: SHOWN[groupBy], ...(currency !== '' && { currency }), ...(account !== '' && { accountId: account }) };
  const found = useQuery({
    queryKey: keys.statistics(query),
    queryFn: async ({ signal }) => (await answer(api.GET('/api/v2/statistics', { params: { query }, signal }))).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  if (found.error !== null) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading lines={8} />;
  const { totals, groups, groupCount } = found.data;
  const moved = totals.filter((of) => of.count > 0);
  if (moved.length === 0) return <div className="card"><Empty text={t('report.none')} /></div>;
  const title = t(`report.by.${groupBy === 'none' ? 'currency' : groupBy}`);
  const first = groupBy === 'none' ? null : t(`report.column.${groupBy}`);
  const number = (count: number) => count.toLocaleString(i18n.language);
  return (
    <div className="stack">
      {groupCount > groups.length && groups.length > 0 && <div className="note warn">{t('report.partial', { shown: number(groups.length), total: number(groupCount) })}</div>}
      <Card title={title}><FiguresTable label={title} first={first} groups={groups} totals={moved} /></Card>
      {/* A day that was left out isn't a day without payments. */}
      {groupBy !== 'none' && !(groupBy === 'day' && groupCount > groups.length) && moved.map((of) => {
        const bars = barsOf(groups, of.currency, groupBy === 'day' ? daysOf(from, to) : null);
        const shown = groupBy === 'day' ? bars : bars.slice(0, BARS);
        return (
          <Card key={of.currency} title={t('report.chart', { currency: of.currency })}>
            <Suspense fallback={<div className="chart" />}>
              <Chart currency={of.currency} bars={shown} label={t('report.chartOf', { currency: of.currency, by: title, count: shown.length })} />
            </Suspense>
          </Card>
        );
      })}
    </div>
  );
}
