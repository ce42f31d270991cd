import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api } from '@/api/client';
import { keys } from '@/app/query';

/** What may be known before signing in: the organisation, its time zone and language, and whether it is set up. */
export function useInfo() {
  return useQuery({
    queryKey: keys.info,
    queryFn: async () => (await answer(api.GET('/api/v1/info'))).data,
    staleTime: 300_000,
  });
}

type Style = 'time' | 'date' | 'full';

const STYLES: Record<Style, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  date: { year: 'numeric', month: 'short', day: 'numeric' },
  full: { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
};

/** An instant in the organisation's time zone; the tooltip says it in the reader's and in UTC. */
export function useTimeText(): (instant: string, style?: Style) => string {
  const { i18n } = useTranslation();
  const zone = useInfo().data?.timeZone ?? 'UTC';
  return (instant, style = 'full') => {
    const locale = i18n.language === 'zh' ? 'zh-CN' : 'en-GB';
    return new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone: zone }).format(new Date(instant));
  };
}

export function Time({ at, style = 'full' }: { at: string; style?: Style }) {
  const text = useTimeText();
  const here = `${new Date(at).toLocaleString()} · ${at}`;
  return <time dateTime={at} title={here} className="nowrap">{text(at, style)}</time>;
}
