import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from 'recharts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fromMinor } from '@/money/amount';
import { useScale } from '@/ui/currencies';
import { useMoneyText } from '@/ui/money/Money';
import type { Bar as Datum } from './bars';

interface Props {
  label: string;
  currency: string;
  bars: Datum[];
}

const HIGH = 220;

/** One currency as bars. The table beside it has the same figures; screen readers are led there. */
export default function Chart({ label, currency, bars }: Props) {
  const { t, i18n } = useTranslation();
  const text = useMoneyText();
  const scale = useScale()(currency);
  const { frame, width } = useWidth();
  const money = (cents: string) => text(fromMinor(cents, scale, currency));
  const most = bars.reduce((max, bar) => (BigInt(bar.cents) > max ? BigInt(bar.cents) : max), 0n);
  const axis = (share: number) => text(fromMinor(((most * BigInt(share)) / 1000n).toString(), scale, currency), false);
  return (
    <div ref={frame} role="img" aria-label={label} className="chart">
      <div aria-hidden="true">
        {width > 0 && (
          <BarChart width={width} height={HIGH} data={bars} accessibilityLayer={false} margin={{ top: 8, right: 8, bottom: 0, left: 8 }}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis dataKey="name" tick={{ fill: 'var(--soft)', fontSize: 12 }} minTickGap={24} />
            <YAxis domain={[0, 1000]} ticks={[0, 500, 1000]} tickFormatter={axis} width={110} tick={{ fill: 'var(--soft)', fontSize: 12 }} />
            <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--hover)' }} content={({ active, payload }) => {
              const bar = payload[0]?.payload as Datum | undefined;
              if (!active || bar === undefined) return null;
              return (
                <div className="card tip">
                  <div>{bar.name}</div>
                  <div className="num strong">{money(bar.cents)}</div>
                  {bar.failed > 0 && <div className="bad num">{t('report.column.failed')}: {bar.failed.toLocaleString(i18n.language)}</div>}
                </div>
              );
            }} />
            <Bar dataKey="share" fill="var(--paid)" isAnimationActive={false} maxBarSize={48} />
          </BarChart>
        )}
      </div>
    </div>
  );
}

/** The width of the place that the chart has. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  return { frame, width };
}
