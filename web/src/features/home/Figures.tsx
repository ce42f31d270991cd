import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { Cents } from '@/ui/money/Money';
import { useScale } from '@/ui/currencies';
import { lastDays } from '@/ui/day';
import { Card } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useInfo } from '@/ui/Time';

type Of = Schemas['StatisticsFiguresView'];
type Group = Schemas['StatisticsGroupView'];

const DAYS = 30;
const TALL = 36n;
const NONE = { count: 0, successCount: 0, failedCount: 0, successRate: 0, amountCents: '0', feeCents: '0' };

/** What was sent today and in the last 30 days, a line for each currency: currencies are never added up. */
export function Figures() {
  const { t } = useTranslation();
  const zone = useInfo().data?.timeZone;
  const days = lastDays(DAYS, zone ?? 'UTC');
  const query = { from: days[0] ?? '', to: days.at(-1) ?? '', groupBy: 'day' as const };
  const sent = useQuery({
    queryKey: keys.statistics(query),
    queryFn: async () => (await answer(api.GET('/api/v2/statistics', { params: { query } }))).data,
    enabled: zone !== undefined,
    staleTime: 60_000,
  });
  if (sent.error !== null) return <Card title={t('home.days')}><ProblemNote error={sent.error} onRetry={() => void sent.refetch()} /></Card>;
  if (sent.data === undefined) return <Card title={t('home.days')}><Loading lines={3} /></Card>;
  const { totals, groups } = sent.data;
  const moved = totals.filter((of) => of.count > 0);
  if (moved.length === 0) return <Card title={t('home.days')}><p className="soft" style={{ margin: 0 }}>{t('home.noneSent')}</p></Card>;
  const onLast = (currency: string): Of => groups.find((group) => group.date === query.to && group.currency === currency) ?? { ...NONE, currency };
  return (
    <div className="home-figures">
      <Card title={t('home.today')}><div className="stack">{moved.map((of) => <Facts key={of.currency} of={onLast(of.currency)} />)}</div></Card>
      <Card title={t('home.days')}><div className="stack">{moved.map((of) => <Days key={of.currency} of={of} days={days} groups={groups} />)}</div></Card>
    </div>
  );
}

function Facts({ of }: { of: Of }) {
  const { t, i18n } = useTranslation();
  const scale = useScale()(of.currency);
  const money = (cents: string) => <Cents cents={cents} scale={scale} currency={of.currency} />;
  return (
    <dl className="facts">
      <dt>{t('home.sent')}</dt><dd className="strong">{money(of.amountCents)}</dd>
      <dt>{t('home.fees')}</dt><dd>{money(of.feeCents)}</dd>
      <dt>{t('home.paid')}</dt><dd className="num">{of.successCount.toLocaleString(i18n.language)}</dd>
      <dt>{t('home.failed')}</dt><dd className={of.failedCount > 0 ? 'num bad' : 'num'}>{of.failedCount.toLocaleString(i18n.language)}</dd>
    </dl>
  );
}

/** Bars with the same figures as a table on demand: a picture alone would not say how much. */
function Days({ of, days, groups }: { of: Of; days: string[]; groups: Group[] }) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const own = groups.filter((group) => group.currency === of.currency);
  return (
    <div className="home-days">
      <Facts of={of} />
      <div className="stack tight">
        {asTable ? <Table groups={own} currency={of.currency} /> : <Bars days={days} currency={of.currency} groups={own} />}
        <div><button type="button" className="link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t('home.table')}<span className="sr"> {of.currency}</span></button></div>
      </div>
    </div>
  );
}

function Table({ groups, currency }: { groups: Group[]; currency: string }) {
  const { t, i18n } = useTranslation();
  const scale = useScale()(currency);
  return (
    <div className="home-table" role="region" tabIndex={0} aria-label={t('home.bars', { currency })}>
      <table>
        <thead><tr><th scope="col">{t('home.day')}</th><th scope="col">{t('home.sent')}</th><th scope="col">{t('home.failed')}</th></tr></thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.date}>
              <th scope="row">{group.date}</th>
              <td><Cents cents={group.amountCents} scale={scale} currency={currency} /></td>
              <td className={group.failedCount > 0 ? 'num bad' : 'num'}>{group.failedCount.toLocaleString(i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A bar a day; a day with failed transfers has a mark below it. */
function Bars({ days, currency, groups }: { days: string[]; currency: string; groups: Group[] }) {
  const { t } = useTranslation();
  const of = new Map(groups.map((group) => [group.date ?? '', group]));
  const most = groups.reduce((max, group) => (BigInt(group.amountCents) > max ? BigInt(group.amountCents) : max), 1n);
  return (
    <svg role="img" aria-label={t('home.bars', { currency })} viewBox={`0 0 ${DAYS * 8} 42`} preserveAspectRatio="none" className="home-bars">
      {days.map((day, index) => {
        const sent = BigInt(of.get(day)?.amountCents ?? '0');
        const high = sent === 0n ? 0n : (sent * TALL) / most + 1n;
        return (
          <g key={day}>
            <title>{day}</title>
            <rect x={index * 8} width="6" y={(37n - high).toString()} height={(high === 0n ? 1n : high).toString()} className={high === 0n ? 'none' : ''} />
            {(of.get(day)?.failedCount ?? 0) > 0 && <rect x={index * 8} width="6" y="39" height="3" className="failed" />}
          </g>
        );
      })}
    </svg>
  );
}
