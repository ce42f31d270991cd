import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '@/api/client';
import { keys } from '@/app/query';
import { Cents } from '@/ui/money/Money';
import { useScale } from '@/ui/currencies';
import { Card } from '@/ui/Page';
import { ProblemNote } from '@/ui/ProblemNote';
import { useInfo } from '@/ui/Time';

type Group = Schemas['StatisticsGroupView'];

const DAYS = 30;
const TALL = 36n;

/** The last days, oldest first, in the organisation's time zone: as `2026-11-27`. */
export function lastDays(count: number, zone: string, now = new Date()): string[] {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
  const noon = Date.parse(`${today}T12:00:00Z`);
  return Array.from({ length: count }, (_, index) => new Date(noon - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10));
}

/** What was sent in the last 30 days, a line for each currency: currencies are never added up. */
export function Figures() {
  const { t, i18n } = useTranslation();
  const zone = useInfo().data?.timeZone;
  const scaleOf = useScale();
  const days = lastDays(DAYS, zone ?? 'UTC');
  const query = { from: days[0] ?? '', to: days.at(-1) ?? '', groupBy: 'day' as const };
  const sent = useQuery({
    queryKey: keys.statistics(query),
    queryFn: async () => (await answer(api.GET('/api/v2/statistics', { params: { query } }))).data,
    enabled: zone !== undefined,
    staleTime: 60_000,
  });
  if (sent.error !== null) return <Card title={t('home.days')}><ProblemNote error={sent.error} onRetry={() => void sent.refetch()} /></Card>;
  const totals = (sent.data?.totals ?? []).filter((of) => of.count > 0);
  if (totals.length === 0) return null;
  const money = (cents: string, currency: string) => <Cents cents={cents} scale={scaleOf(currency)} currency={currency} />;
  return (
    <Card title={t('home.days')}>
      <div className="stack">
        {totals.map((of) => (
          <div key={of.currency} className="home-figures">
            <dl className="facts">
              <dt>{t('home.sent')}</dt><dd className="strong">{money(of.amountCents, of.currency)}</dd>
              <dt>{t('home.fees')}</dt><dd>{money(of.feeCents, of.currency)}</dd>
              <dt>{t('home.paid')}</dt><dd className="num">{of.successCount.toLocaleString(i18n.language)}</dd>
              <dt>{t('home.failed')}</dt><dd className={of.failedCount > 0 ? 'num bad' : 'num'}>{of.failedCount.toLocaleString(i18n.language)}</dd>
            </dl>
            <Bars days={days} currency={of.currency} groups={sent.data?.groups ?? []} />
          </div>
        ))}
      </div>
    </Card>
  );
}

/** A bar a day. What it shows is in the figures beside it, so it says only what it is. */
function Bars({ days, currency, groups }: { days: string[]; currency: string; groups: Group[] }) {
  const { t } = useTranslation();
  const of = new Map(groups.filter((group) => group.currency === currency).map((group) => [group.date ?? '', BigInt(group.amountCents)]));
  const most = Array.from(of.values()).reduce((max, one) => (one > max ? one : max), 1n);
  return (
    <svg role="img" aria-label={t('home.bars', { currency })} viewBox={`0 0 ${DAYS * 8} 38`} preserveAspectRatio="none" className="home-bars">
      {days.map((day, index) => {
        const sent = of.get(day) ?? 0n;
        const high = sent === 0n ? 0n : (sent * TALL) / most + 1n;
        return <rect key={day} x={index * 8} width="6" y={(37n - high).toString()} height={(high === 0n ? 1n : high).toString()} className={high === 0n ? 'none' : ''}><title>{day}</title></rect>;
      })}
    </svg>
  );
}
